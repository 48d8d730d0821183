/// Programs of other makers that judge what we serve.
@NullMarked
package io.tyto.testkit.judge;

import org.jspecify.annotations.NullMarked;
