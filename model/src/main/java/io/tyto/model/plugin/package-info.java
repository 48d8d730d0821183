/// What a plug-in implements: interfaces of values and of the JDK, nothing of the engine.
///
/// Providers are found by {@link java.util.ServiceLoader}: a jar names its classes in a file
/// `META-INF/services/io.tyto.model.plugin.EnricherProvider`. A plug-in's jar sees this package,
/// {@link io.tyto.model.schema} and the JDK; whatever else it needs it brings along. See
/// docs/plugins.md.
@NullMarked
package io.tyto.model.plugin;

import org.jspecify.annotations.NullMarked;
