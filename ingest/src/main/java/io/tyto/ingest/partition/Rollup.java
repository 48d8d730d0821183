package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.INFO;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.cube.CubeShapes;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Brings the cells of committed segments to the cubes that configs ask for, and compares them with
/// the rows they were made of. Used by one thread at a time.
final class Rollup {
  private static final System.Logger LOG = System.getLogger(Rollup.class.getName());

  private final PartitionId id;
  private final LiveRows live;
  private final SegmentMerger segments;

  /// Version of the config by file, of segments whose rows have more combinations of values than
  /// can be rolled up at once: they are tried again when it changes.
  private final Map<String, Integer> withoutCells = new HashMap<>();

  Rollup(PartitionId id, LiveRows live, SegmentMerger segments) {
    this.id = id;
    this.live = live;
    this.segments = segments;
  }

  /// Writes segments anew that lack cells of a cube: it was declared, or changed, after them.
  void complete(TableSchema schema) {
    if (schema.config().cubes().isEmpty()) {
      return;
    }
    List<SegmentEntry> bare =
        segments.sound(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> !isGivenUp(entry, schema) && lacksCells(entry, schema))
            .toList();
    for (int i = 0; i < bare.size(); i++) {
      LOG.log(
          INFO, "{0}: rolling up {1}: {2} of {3} segments", id, schema.name(), i + 1, bare.size());
      SegmentEntry written = segments.merge(schema, Kind.DATA, List.of(bare.get(i)));
      withoutCells.remove(bare.get(i).file());
      if (lacksCells(written, schema)) {
        // There were too many of them to hold, as the log says: the rows are read instead.
        withoutCells.put(written.file(), schema.version());
      }
    }
    withoutCells.keySet().removeIf(file -> !live.names(file));
  }

  private boolean isGivenUp(SegmentEntry entry, TableSchema schema) {
    return withoutCells.getOrDefault(entry.file(), 0) >= schema.version();
  }

  private boolean lacksCells(SegmentEntry entry, TableSchema schema) {
    return segments.read(entry, source -> !CubeShapes.areKept(schema, source));
  }

  /// Compares the cells of every segment of a collection with its rows.
  ///
  /// @param repairs whether segments whose cells differ are written anew from their rows
  /// @param differences receives each, the file first, and what cannot be read
  void verify(TableSchema schema, boolean repairs, List<String> differences) {
    if (schema.config().cubes().isEmpty()) {
      return;
    }
    for (SegmentEntry entry : live.entries(schema.collectionId(), Kind.DATA)) {
      try {
        List<String> found = differences(entry, schema);
        found.forEach(each -> differences.add(entry.file() + ": " + each));
        if (repairs && !found.isEmpty() && !segments.isDamaged(entry)) {
          segments.merge(schema, Kind.DATA, List.of(entry), RowsAlone::new);
        }
      } catch (TytoException e) {
        if (e.code() != ErrorCode.SEGMENT_CORRUPT) {
          throw e;
        }
        differences.add(entry.file() + ": its rows cannot be read: " + e.getMessage());
      }
    }
  }

  private List<String> differences(SegmentEntry entry, TableSchema schema) {
    return segments.read(
        entry,
        rows ->
            EvolvedSource.allOf(List.of(rows), schema).stream()
                .flatMap(
                    source -> CubeBuilder.differences(schema, source, CellScan.context()).stream())
                .toList());
  }
}
