/// Measures: checked against the columns they name, broken down into the states a scan accumulates,
/// and read out again as {@link io.tyto.engine.measure.Cells}. Entry type: {@link
/// io.tyto.engine.measure.MeasureCompiler}. Imports `aggregate` and the model only.
@NullMarked
package io.tyto.engine.measure;

import org.jspecify.annotations.NullMarked;
