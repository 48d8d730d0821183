/// The plug-ins of a server: what its own class path brings and the jars of one folder, each behind
/// a class loader of its own. Entry type: {@link io.tyto.ingest.plugin.Plugins}.
@NullMarked
package io.tyto.ingest.plugin;

import org.jspecify.annotations.NullMarked;
