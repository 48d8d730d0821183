/// Time cut into buckets of any zone's calendar, and buckets that overlap. Entry type: {@link
/// io.tyto.engine.calendar.TimeAxis}. Imports the model only.
///
/// Invariant, owned by `TimeAxis` and checked by its random test: buckets are consecutive and every
/// instant of the range lies in exactly one.
@NullMarked
package io.tyto.engine.calendar;

import org.jspecify.annotations.NullMarked;
