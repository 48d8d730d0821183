package io.tyto.model.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An event as a tree of values, which columns are mapped from by their pointers. Valid until the
/// next event is decoded.
///
/// A value is null, Boolean, a Number (also BigInteger and BigDecimal, which stay exact),
/// CharSequence (a {@link JsonText} where it is JSON), byte[], Instant, LocalDate, LocalTime, UUID,
/// InetAddress, a List of values, or a Map from text to values. What is absent from a map is null
/// to a column; of a list of objects only those that have a member contribute to a list of it.
///
/// @param schema full name of what the event is an instance of, for `envelope.type: schema`; null:
///   the format knows none
public record DecodedEvent(
    @Nullable String schema, Map<String, ? extends @Nullable Object> values) {}
