package io.tyto.model.query;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/// A group-by question that is asked again and again.
///
/// @param at the question as of an instant: a range such as the last 15 minutes moves with it
/// @param every the least time between two updates
/// @param onlyOnChange false: told again after `every` although nothing has changed
/// @param bounds of one computation
public record LiveQuery(
    Function<Instant, AggregateQuery> at,
    Duration every,
    boolean onlyOnChange,
    QueryBounds bounds) {}
