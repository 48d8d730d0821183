@NullMarked
package io.tyto.testkit.bucket;

import org.jspecify.annotations.NullMarked;
