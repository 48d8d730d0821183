/// Data for tests that does not stand in the repository.
@NullMarked
package io.tyto.testkit.data;

import org.jspecify.annotations.NullMarked;
