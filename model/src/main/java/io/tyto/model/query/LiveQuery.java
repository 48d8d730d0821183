package io.tyto.model.query;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A group-by question that is asked again and again.
///
/// @param at the question as of an instant: a range such as the last 15 minutes moves with it
/// @param every the least time between two updates
/// @param onlyOnChange false: told again after `every` although nothing has changed
/// @param timeout of one computation; null: the server's
public record LiveQuery(
    Function<Instant, AggregateQuery> at,
    Duration every,
    boolean onlyOnChange,
    @Nullable Duration timeout) {}
