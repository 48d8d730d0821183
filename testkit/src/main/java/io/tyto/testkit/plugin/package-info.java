/// Jars made at test time, as a user would make them.
@NullMarked
package io.tyto.testkit.plugin;

import org.jspecify.annotations.NullMarked;
