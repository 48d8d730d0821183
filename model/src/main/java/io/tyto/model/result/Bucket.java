package io.tyto.model.result;

import java.time.OffsetDateTime;

/// A time bucket `[start, end)` with the zone's offset at each side.
public record Bucket(OffsetDateTime start, OffsetDateTime end) {}
