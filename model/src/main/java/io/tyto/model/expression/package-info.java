/// The typed abstract syntax of `derive` expressions and their parser. Evaluation lives in the
/// engine.
@NullMarked
package io.tyto.model.expression;

import org.jspecify.annotations.NullMarked;
