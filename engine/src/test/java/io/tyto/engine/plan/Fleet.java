package io.tyto.engine.plan;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.shipping.RowCutter;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.ShippedRows;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.shipping.StateTableCodec;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rows of a snapshot as some nodes hold them, each some of the partitions. What nodes send is
/// encoded and decoded.
final class Fleet implements Leaves {
  private final TableSnapshot snapshot;
  private final List<List<RowSource>> nodes = new ArrayList<>();

  Fleet(TableSnapshot snapshot, int size, Random random) {
    this.snapshot = snapshot;
    for (int i = 0; i < size; i++) {
      nodes.add(new ArrayList<>());
    }
    Map<Integer, Integer> nodeOf = new TreeMap<>();
    for (RowSource source : snapshot.sources()) {
      int node = nodeOf.computeIfAbsent(source.partition(), _ -> random.nextInt(size));
      nodes.get(node).add(source);
    }
  }

  /// The same snapshot, as who asks the nodes sees it; lives as long as the other.
  TableSnapshot shared() {
    return TableSnapshot.shared(
        snapshot.schema(), snapshot.id(), "", this, snapshot.facts(), () -> {});
  }

  @Override
  public @Nullable LongRange bounds(ColumnSpec column, QueryContext query) {
    return LeafScan.bounds(snapshot.schema(), snapshot.sources(), column, query);
  }

  @Override
  public boolean hasEntityIds() {
    return snapshot.sources().stream()
        .allMatch(source -> source.column(SystemColumns.ENTITY) != null);
  }

  @Override
  public List<FoundGroups> scan(ScanShare share, ScanContext scan) {
    return nodes.stream().map(sources -> sent(LeafScan.run(share, sources, scan))).toList();
  }

  /// Of every partition some sources lie with who asks, and the rest is sent.
  @Override
  public List<RowSource> rows(ScanContext scan) {
    List<RowSource> rows = new ArrayList<>();
    for (RowSource source : snapshot.sources()) {
      if (source.hashCode() % 2 == 0) {
        rows.add(source);
        continue;
      }
      new RowCutter(snapshot.schema(), Map.of(), scan.query())
          .cut(
              source,
              table ->
                  rows.add(
                      new ShippedRows(
                          source.partition(),
                          source.schemaVersion(),
                          StateTableCodec.decode(StateTableCodec.encode(table)),
                          0)));
    }
    return rows;
  }

  private static FoundGroups sent(FoundGroups found) {
    Map<Integer, List<StateTable>> tables = new TreeMap<>();
    found
        .tables()
        .forEach((partition, some) ->
            tables.put(
                partition,
                some.stream().map(StateTableCodec::encode).map(StateTableCodec::decode).toList()));
    return new FoundGroups(tables, found.stats(), found.plan(), found.servedBy());
  }
}
