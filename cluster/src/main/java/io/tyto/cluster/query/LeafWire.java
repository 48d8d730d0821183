package io.tyto.cluster.query;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.ShippedGroups.Entities;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.source.LongRange;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is sent to a leaf and comes back, as JSON. Part of the wire format, of which two releases
/// that follow each other understand one another: a component may be added, and is then absent in
/// what the release before sends. That release leaves out what it does not know of an answer, and
/// refuses it of a question; so what is added to a question is null wherever it is not needed.
final class LeafWire {
  static final String OPEN = "open";
  static final String BOUNDS = "bounds";
  static final String SCAN = "scan";
  static final String ROWS = "rows";
  static final String CLOSE = "close";

  private LeafWire() {}

  /// @param tails null: none
  record OpenQuestion(String collection, List<Integer> partitions, @Nullable List<Integer> tails) {}

  /// @param reach null: of a release that does not tell it
  record OpenAnswer(
      String lease,
      int schemaVersion,
      String id,
      long deadLetters,
      @Nullable Long lagMillis,
      boolean hasEntityIds,
      @Nullable LongRange time,
      @Nullable Reach reach) {}

  record BoundsQuestion(String lease, String column) {}

  record BoundsAnswer(@Nullable LongRange range) {}

  /// @param there by partition and log, an offset below which the rows are not wanted
  record RowsQuestion(String lease, Map<Integer, Map<String, Long>> there) {}

  record CloseQuestion(String lease) {}

  record ScanQuestion(
      String lease,
      TimeInterval range,
      @Nullable Filter where,
      List<ScanKey> keys,
      List<StateSpec> states,
      GroupScan.@Nullable Best best,
      Entities entities) {

    static ScanQuestion of(String lease, ScanShare share) {
      GroupScan.Spec spec = share.spec();
      return new ScanQuestion(
          lease,
          spec.range(),
          spec.where(),
          spec.keys(),
          spec.states(),
          spec.best(),
          share.entities());
    }

    ScanShare share(TableSchema schema) {
      return new ScanShare(new GroupScan.Spec(schema, range, where, keys, states, best), entities);
    }
  }

  record ScanAnswer(ScanStats stats, QueryPlan plan, String servedBy) {}
}
