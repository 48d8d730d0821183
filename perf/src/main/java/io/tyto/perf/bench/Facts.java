package io.tyto.perf.bench;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What a run found besides times of questions.
///
/// @param storeBytes all files of the store, the log not being one
/// @param importSeconds from the first byte read to the last segment committed
/// @param hashSeconds what `tyto import` spends before, to know a file again
/// @param clickHouseBytes a row, of the peers' file
/// @param clickHouseRate rows a second of NDJSON, of the peers' file
/// @param coldStart null where it was not asked for
record Facts(
    long rows,
    int segments,
    long storeBytes,
    OptionalDouble duckDbBytes,
    OptionalDouble importSeconds,
    OptionalDouble hashSeconds,
    OptionalDouble compactionSeconds,
    OptionalDouble duckDbSeconds,
    OptionalDouble clickHouseBytes,
    OptionalDouble clickHouseRate,
    ColdStart.@Nullable Result coldStart) {

  Facts with(ColdStart.Result found) {
    return new Facts(
        rows,
        segments,
        storeBytes,
        duckDbBytes,
        importSeconds,
        hashSeconds,
        compactionSeconds,
        duckDbSeconds,
        clickHouseBytes,
        clickHouseRate,
        found);
  }

  double bytesARow() {
    return storeBytes / (double) rows;
  }
}
