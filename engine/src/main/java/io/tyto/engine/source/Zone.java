package io.tyto.engine.source;

/// Zone map of one block: bounds of the non-null values (of the elements, for a list).
///
/// For LONG columns `minLong`/`maxLong` hold; for DOUBLE `minDouble`/`maxDouble`; for
/// dictionary-coded BYTES the longs are ordinals of an ordered dictionary; otherwise bounds are
/// absent.
///
/// @param rows rows of the block
/// @param nulls null rows among them
public record Zone(
    int rows,
    int nulls,
    boolean hasBounds,
    long minLong,
    long maxLong,
    double minDouble,
    double maxDouble) {}
