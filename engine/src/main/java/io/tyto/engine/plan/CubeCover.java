package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.calendar.Axes;
import io.tyto.engine.cube.CellTypes;
import io.tyto.engine.cube.CubeShapes;
import io.tyto.engine.cube.Grain;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellShape.State;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Level;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a scan reads: cells of a cube where one has all that is asked for, rows elsewhere.
///
/// The range is cut where the buckets of a level end: whole buckets are read from cells, coarse
/// ones before fine ones, and the ragged ends from rows. A source without the cells, such as the
/// tail, is read from rows throughout. As every part goes into the same groups, an answer does not
/// tell where it came from.
///
/// @param parts of one scan
/// @param cube the cube that serves, or null
/// @param readsRows whether some row may be read
record CubeCover(
    List<GroupScan.Part> parts,
    @Nullable String cube,
    boolean readsRows,
    List<QueryPlan.Rejection> rejected) {

  /// Below, it makes no difference what is read.
  private static final int MANY_ROWS = 1 << 14;

  /// A part of the range and the level it is read from, null for rows. Bounds in the time column's
  /// unit, null where there is none.
  private record Piece(@Nullable Level level, @Nullable Long from, @Nullable Long to) {}

  private record Candidate(Cube cube, Set<State> states, List<Piece> pieces, long cells) {}

  /// @param isRegrouped whether some of the groups are put together later
  static CubeCover of(GroupScan.Spec spec, boolean isRegrouped, Sources sources) {
    return new Search(spec, isRegrouped, sources).best();
  }

  String servedBy() {
    return cube == null ? "segments" : "cube:" + cube + (readsRows ? "+segments" : "");
  }

  QueryPlan queryPlan() {
    return new QueryPlan(cube, rejected, parts.stream().map(CubeCover::describe).toList(), 0);
  }

  private static QueryPlan.Part describe(GroupScan.Part part) {
    String source =
        !part.sources().isEmpty() && part.sources().getFirst() instanceof CellSource cells
            ? cells.shape().level().toString()
            : "rows";
    Instant from = part.range().from();
    Instant to = part.range().to();
    return new QueryPlan.Part(
        source,
        (from == null ? ".." : from) + "/" + (to == null ? ".." : to),
        part.sources().size(),
        part.sources().stream().mapToLong(RowSource::rowCount).sum());
  }

  private static final class Search {
    private final GroupScan.Spec spec;
    private final boolean isRegrouped;
    private final TimeInterval range;

    /// Where buckets of event time end, in the time column's unit, ascending.
    private final long[] points;

    private final Sources sources;
    private final TableSchema schema;
    private final Columns columns;
    private final ColumnType.Scalar type;
    private final List<QueryPlan.Rejection> rejected = new ArrayList<>();

    Search(GroupScan.Spec spec, boolean isRegrouped, Sources sources) {
      this.spec = spec;
      this.isRegrouped = isRegrouped;
      this.range = spec.range();
      this.sources = sources;
      this.schema = spec.schema();
      this.columns = new Columns(schema);
      this.type = schema.timeColumn().type().element();
      this.points = points();
    }

    private long[] points() {
      return spec.keys().stream()
          .filter(this::isEventTime)
          .map(ScanKey.BucketKey.class::cast)
          .flatMapToLong(key -> Arrays.stream(key.axis().boundaries()))
          .sorted()
          .distinct()
          .toArray();
    }

    private boolean isEventTime(ScanKey key) {
      return key instanceof ScanKey.BucketKey && columns.isEventTime(key.column());
    }

    CubeCover best() {
      Candidate best = null;
      for (Cube cube : schema.config().cubes()) {
        Candidate candidate = candidate(cube);
        if (candidate == null) {
          continue;
        }
        if (best == null || candidate.cells < best.cells) {
          if (best != null) {
            reject(best.cube, "cube " + cube.name() + " has fewer cells");
          }
          best = candidate;
        } else {
          reject(cube, "cube " + best.cube.name() + " has no more cells");
        }
      }
      return best == null
          ? new CubeCover(
              List.of(new GroupScan.Part(range, sources.list())), null, true, List.copyOf(rejected))
          : cover(best);
    }

    private void reject(Cube cube, String reason) {
      rejected.add(new QueryPlan.Rejection(cube.name(), reason));
    }

    private @Nullable Candidate candidate(Cube cube) {
      Set<String> outside = new TreeSet<>();
      for (ScanKey key : spec.keys()) {
        if (!isEventTime(key) && !isDimension(cube, key)) {
          outside.add(key.column());
        }
      }
      addOutside(cube, spec.where(), outside);
      Set<State> needed = new HashSet<>();
      for (StateSpec asked : spec.states()) {
        State state = CubeShapes.needed(schema, asked.measure());
        if (state == null) {
          reject(cube, "no cube keeps " + asked.measure());
          return null;
        }
        needed.add(state);
        addOutside(cube, asked.where(), outside);
      }
      if (outside.contains(SystemColumns.OFFSET_NAME)) {
        reject(cube, "a sample is one of rows");
        return null;
      }
      if (!outside.isEmpty()) {
        reject(cube, "it has no dimension " + String.join(", ", outside));
        return null;
      }
      CellShape shape = CubeShapes.of(schema, cube, cube.levels().getFirst());
      Set<State> states = CubeShapes.resolve(needed, shape.states());
      for (State state : states) {
        if (!shape.states().contains(state)) {
          reject(cube, "it does not keep " + describe(state));
          return null;
        }
      }
      return sized(cube, states);
    }

    private static boolean isDimension(Cube cube, ScanKey key) {
      return !(key instanceof ScanKey.BucketKey) && cube.dimensions().contains(key.column());
    }

    private static void addOutside(Cube cube, @Nullable Filter where, Set<String> outside) {
      if (where != null) {
        Set<String> columns = new HashSet<>(FilterColumns.of(where));
        cube.dimensions().forEach(columns::remove);
        outside.addAll(columns);
      }
    }

    private String describe(State state) {
      String column =
          schema.columns().stream()
              .filter(each -> each.id() == state.columnId())
              .map(each -> "(" + each.name() + ")")
              .findFirst()
              .orElse("");
      return state.function().text() + column;
    }

    private @Nullable Candidate sized(Cube cube, Set<State> states) {
      List<Level> levels = cube.levels().reversed();
      List<Piece> pieces = new ArrayList<>();
      cut(
          range.from() == null ? null : (Long) Axes.ceiling(type, range.from()),
          range.to() == null ? null : (Long) Axes.ceiling(type, range.to()),
          levels,
          pieces);
      if (pieces.stream().allMatch(piece -> piece.level == null)) {
        reject(
            cube,
            "no level of it ("
                + String.join(", ", levels.stream().map(Level::toString).toList())
                + ") has buckets that fit the range and the buckets asked for");
        return null;
      }
      long cells = 0;
      boolean isBuilt = false;
      Candidate candidate = new Candidate(cube, states, pieces, 0);
      for (RowSource source : sources.list()) {
        List<RowSource> read = read(candidate, source);
        isBuilt |= read != null;
        if (read == null) {
          cells += source.rowCount();
        } else {
          for (RowSource each : read) {
            cells += each instanceof CellSource ? each.rowCount() : 0;
          }
        }
      }
      if (!isBuilt) {
        reject(cube, "it is not built yet");
        return null;
      }
      long rows = sources.list().stream().mapToLong(RowSource::rowCount).sum();
      if (rows >= MANY_ROWS && cells > rows / 2) {
        reject(cube, "it has %,d cells to read for %,d rows".formatted(cells, rows));
        return null;
      }
      return new Candidate(cube, states, pieces, cells);
    }

    /// Appends the pieces of `[from, to)`.
    private void cut(
        @Nullable Long from, @Nullable Long to, List<Level> levels, List<Piece> pieces) {
      if (from != null && to != null && from >= to) {
        return;
      }
      for (int i = 0; i < levels.size(); i++) {
        Grain grain = new Grain(levels.get(i), type);
        Long low = from == null ? null : (Long) grain.ceiling(from);
        Long high = to == null ? null : (Long) grain.floor(to);
        boolean isEmpty = low != null && high != null && low >= high;
        if (!isEmpty && fits(grain, from, to)) {
          List<Level> finer = levels.subList(i + 1, levels.size());
          if (low != null) {
            cut(from, low, finer, pieces);
          }
          pieces.add(new Piece(levels.get(i), low, high));
          if (high != null) {
            cut(high, to, finer, pieces);
          }
          return;
        }
      }
      pieces.add(new Piece(null, from, to));
    }

    private boolean fits(Grain grain, @Nullable Long from, @Nullable Long to) {
      for (long point : points) {
        boolean isInside = (from == null || point > from) && (to == null || point < to);
        if (isInside && !grain.isBoundary(point)) {
          return false;
        }
      }
      return true;
    }

    /// By piece, what is read of the source: its cells, or itself; null where it lacks some cells.
    private @Nullable List<RowSource> read(Candidate candidate, RowSource source) {
      List<RowSource> read = new ArrayList<>();
      for (Piece piece : candidate.pieces) {
        Level level = piece.level;
        RowSource taken = level == null ? source : cells(candidate, level, source);
        if (taken == null) {
          return null;
        }
        read.add(taken);
      }
      return read;
    }

    private @Nullable CellSource cells(Candidate candidate, Level level, RowSource source) {
      CellShape whole = CubeShapes.of(schema, candidate.cube, level);
      CellShape asked = new CellShape(level, whole.time(), whole.dimensions(), candidate.states);
      for (CellSource cells : source.cells()) {
        if (cells.shape().covers(asked) && CellTypes.match(cells, asked, schema)) {
          return cells;
        }
      }
      return null;
    }

    private CubeCover cover(Candidate candidate) {
      List<List<RowSource>> byPiece = new ArrayList<>();
      candidate.pieces.forEach(_ -> byPiece.add(new ArrayList<>()));
      List<RowSource> whole = new ArrayList<>();
      for (RowSource source : sources.list()) {
        List<RowSource> read = read(candidate, source);
        if (read == null) {
          whole.add(source);
        }
        for (int i = 0; read != null && i < read.size(); i++) {
          byPiece.get(i).add(read.get(i));
        }
      }
      List<GroupScan.Part> parts = new ArrayList<>();
      boolean readsRows = !whole.isEmpty();
      for (int i = 0; i < byPiece.size(); i++) {
        Piece piece = candidate.pieces.get(i);
        readsRows |= piece.level == null;
        LoneCells lone = lone(candidate, piece);
        if (lone == null) {
          parts.add(new GroupScan.Part(interval(piece.from, piece.to), byPiece.get(i)));
        } else {
          for (LoneCells.Piece each : lone.cut(byPiece.get(i), whole)) {
            LoneCells.Span span = each.span();
            parts.add(new GroupScan.Part(interval(span.from(), span.to()), each.sources()));
          }
        }
      }
      if (!whole.isEmpty()) {
        parts.add(new GroupScan.Part(range, whole));
      }
      return new CubeCover(parts, candidate.cube.name(), readsRows, List.copyOf(rejected));
    }

    /// Where distinct entities may be counted instead of united: each cell of a source is a group
    /// of its own, and groups are not put together later. Null where that is not so.
    private @Nullable LoneCells lone(Candidate candidate, Piece piece) {
      Level level = piece.level;
      Long from = piece.from;
      Long to = piece.to;
      if (isRegrouped
          || level == null
          || from == null
          || to == null
          || candidate.states.stream().noneMatch(Search::isOfEntities)
          || !areGroups(candidate.cube, spec.keys())) {
        return null;
      }
      Grain grain = new Grain(level, type);
      for (long begin = from; begin < to; begin = grain.next(begin)) {
        if (Arrays.binarySearch(points, begin) < 0) {
          return null;
        }
      }
      return Arrays.binarySearch(points, to) < 0
          ? null
          : new LoneCells(schema.timeColumn().id(), grain, from, to);
    }

    private static boolean isOfEntities(State state) {
      return state.function() == Cube.Function.DISTINCT && state.columnId() == SystemColumns.ENTITY;
    }

    /// Whether two cells of one level are never of one group, if its buckets are the query's.
    private boolean areGroups(Cube cube, List<ScanKey> keys) {
      Set<String> dimensions = new HashSet<>(cube.dimensions());
      int times = 0;
      for (ScanKey key : keys) {
        if (key instanceof ScanKey.BucketKey) {
          times++;
        } else if (key instanceof ScanKey.ColumnKey) {
          dimensions.remove(key.column());
        }
      }
      return times == 1 && dimensions.isEmpty();
    }

    private TimeInterval interval(@Nullable Long from, @Nullable Long to) {
      return new TimeInterval(
          from == null ? null : Axes.toInstant(type, from),
          to == null ? null : Axes.toInstant(type, to));
    }
  }
}
