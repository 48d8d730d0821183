package io.tyto.ingest.partition;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.lookup.LookupTable;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ComputedColumns;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.model.expression.Expression;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Collects what a snapshot consists of, partition by partition. Not thread-safe.
public final class SnapshotSources {
  private final List<RowSource> sources = new ArrayList<>();
  private final List<LiveSegment> held = new ArrayList<>();
  private final StringBuilder identity = new StringBuilder();
  private final Map<Integer, Map<String, Long>> reach = new HashMap<>();
  private final Map<Integer, Map<String, Long>> sealed = new HashMap<>();

  /// Null: every partition is our own.
  private @Nullable Long ageMillis;

  void note(long manifestVersion) {
    identity.append("|m").append(manifestVersion);
  }

  /// Rows of a partition that is followed were committed so long ago.
  void noteAge(long millis) {
    ageMillis = ageMillis == null ? millis : Math.max(ageMillis, millis);
  }

  /// The rows of a partition that were added, or are added next, have every record of logs below an
  /// offset.
  ///
  /// @param next of logs that go on without end
  void reaches(int partition, Map<String, Long> next) {
    Map<String, Long> known = reach.computeIfAbsent(partition, _ -> new HashMap<>());
    next.forEach((log, offset) -> known.merge(log, offset, Math::max));
  }

  /// All rows of a partition are sealed.
  ///
  /// @param committed by log, of all that ever were
  void isSealed(int partition, Map<String, Long> committed) {
    sealed.put(partition, committed);
  }

  /// Of a partition a replica's tail is added, which may end elsewhere than that of another at as
  /// many rows.
  void noteReplica(int partition, String name) {
    identity.append("|r").append(name);
    sealed.remove(partition);
  }

  void add(LiveSegment segment) {
    held.add(segment);
    sources.add(segment.source());
  }

  void add(List<RowSource> tailRows) {
    long rows = 0;
    for (RowSource source : tailRows) {
      rows += source.rowCount();
    }
    identity.append("|t").append(rows);
    sources.addAll(tailRows);
  }

  /// Dead letters as the newest policies leave them.
  public void treat(StoredPrivacy privacy) {
    if (privacy.changedAt() > 0) {
      sources.replaceAll(letters -> new TreatedLetters(letters, privacy));
    }
  }

  /// Rows as the policies of a schema leave them.
  public void bringOver(StoredPrivacy privacy, TableSchema schema) {
    sources.replaceAll(rows -> privacy.current(rows, schema));
  }

  /// The schema of which the lookup columns answer from the tables as they are now; the rows are
  /// read accordingly.
  ///
  /// @param tables the newest version of a table by its name; where it is null, so are the columns
  public TableSchema bindLookups(
      TableSchema schema, Function<String, @Nullable LookupTable> tables) {
    List<ColumnSpec> lookups = schema.lookups();
    if (lookups.isEmpty()) {
      return schema;
    }
    Map<String, LookupTable> newest = new TreeMap<>();
    List<ColumnSpec> columns = new ArrayList<>();
    for (ColumnSpec column : schema.columns()) {
      Expression derive = column.derive();
      columns.add(
          derive == null || !derive.isLookup()
              ? column
              : column.withDerive(derive.bind(table -> newest(tables, table, newest))));
    }
    // Another version gives other answers.
    newest.values().forEach(rows -> identity.append("|d").append(rows.name()));
    Set<Integer> ids = lookups.stream().map(ColumnSpec::id).collect(Collectors.toSet());
    sources.replaceAll(rows -> new ComputedColumns(rows, ids));
    return schema.withColumns(columns);
  }

  /// One version a snapshot, however many columns ask for it.
  private static @Nullable LookupTable newest(
      Function<String, @Nullable LookupTable> tables, String name, Map<String, LookupTable> known) {
    LookupTable rows = known.get(name);
    if (rows == null) {
      rows = tables.apply(name);
      if (rows != null) {
        known.put(name, rows);
      }
    }
    return rows;
  }

  /// The snapshot, which lets go of the segments when it is closed for the last time.
  public TableSnapshot toSnapshot(TableSchema schema) {
    identity.append('|').append(schema.collectionId()).append('v').append(schema.version());
    long hash = KeyHash.of(identity.toString().getBytes(StandardCharsets.UTF_8));
    return new TableSnapshot(
        schema,
        HexFormat.of().toHexDigits(hash),
        EvolvedSource.allOf(sources, schema),
        new TableSnapshot.Facts(0, ageMillis, new Reach(reach), new Reach(sealed)),
        this::release);
  }

  /// Lets go of everything collected so far.
  public void release() {
    held.forEach(LiveSegment::release);
    held.clear();
  }
}
