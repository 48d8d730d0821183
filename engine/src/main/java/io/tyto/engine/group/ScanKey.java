package io.tyto.engine.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a scan groups by. A list column makes one group member of each element occurrence; rows
/// without elements join no group.
public sealed interface ScanKey {
  String column();

  /// Each value a group, null too.
  record ColumnKey(String column) implements ScanKey {}

  /// The bucket's number on the axis, as LongKeys. Null for null, a group of its own; other values
  /// outside the axis join no group.
  record BucketKey(String column, BucketAxis axis) implements ScanKey {}

  /// The bin's number, as LongKeys. With a width: as {@link WidthBins} counts. With edges: how many
  /// edges are at or below the value. Null for null.
  record BinsKey(String column, @Nullable Double width, List<Double> edges) implements ScanKey {}
}
