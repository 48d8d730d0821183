package io.tyto.engine.plan;

import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// Where an aggregate gets the groups of one collection from: rows that lie here, or other nodes.
/// Not thread-safe; one per query, and all of one snapshot.
public interface GroupSource {
  /// Of a snapshot, wherever its rows lie.
  static GroupSource of(TableSnapshot snapshot, ScanContext context) {
    Leaves leaves = snapshot.leaves();
    return leaves == null
        ? new LocalGroups(snapshot, context)
        : new SharedGroups(snapshot, leaves, context);
  }

  TableSchema schema();

  /// Hash over what it sees: equal ids mean equal rows.
  String id();

  TableSnapshot.Facts facts();

  /// Of the values of a column held as longs over all rows, or null where it has none.
  @Nullable LongRange bounds(ColumnSpec column);

  /// Blocks until done.
  ///
  /// @param isRegrouped whether some of the groups are put together later
  Found scan(GroupScan.Spec spec, boolean isRegrouped);

  /// @param plan how they were found
  /// @param servedBy in a word
  record Found(Groups groups, QueryPlan plan, String servedBy) {}
}
