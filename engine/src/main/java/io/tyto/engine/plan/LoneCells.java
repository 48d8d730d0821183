package io.tyto.engine.plan;

import io.tyto.engine.cube.Grain;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.CountedCells;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where in a range of time each partition has its rows in one source alone. There the distinct
/// entities of a cell are those of its group, so that {@link CountedCells} need no union.
///
/// @param from begin of the range in the time column's unit, where a bucket begins
/// @param to its end, likewise
record LoneCells(int timeId, Grain grain, long from, long to) {
  /// Ranges that several sources share; more of them are taken as one.
  private static final int MAX_SHARED = 64;

  /// Half-open.
  record Span(long from, long to) {}

  /// What is read over a span.
  record Piece(Span span, List<RowSource> sources) {}

  /// Cuts the range, for each partition by itself, into pieces where cells are counted and pieces
  /// where they are united.
  ///
  /// @param cells what is read of the range
  /// @param others what else has rows in it
  List<Piece> cut(List<RowSource> cells, List<RowSource> others) {
    List<Piece> pieces = new ArrayList<>();
    byPartition(cells)
        .forEach((partition, own) -> {
          List<RowSource> all = new ArrayList<>(own);
          all.addAll(byPartition(others).getOrDefault(partition, List.of()));
          cut(own, shared(all), pieces);
        });
    return pieces;
  }

  private static Map<Integer, List<RowSource>> byPartition(List<RowSource> sources) {
    Map<Integer, List<RowSource>> byPartition = new TreeMap<>();
    for (RowSource source : sources) {
      byPartition.computeIfAbsent(source.partition(), _ -> new ArrayList<>()).add(source);
    }
    return byPartition;
  }

  private void cut(List<RowSource> cells, List<Span> shared, List<Piece> pieces) {
    List<RowSource> counted = new ArrayList<>();
    cells.forEach(source -> counted.add(new CountedCells((CellSource) source)));
    long at = from;
    for (Span span : shared) {
      if (at < span.from) {
        pieces.add(new Piece(new Span(at, span.from), counted));
      }
      pieces.add(new Piece(span, cells));
      at = span.to;
    }
    if (at < to) {
      pieces.add(new Piece(new Span(at, to), counted));
    }
  }

  /// Spans in which several sources of a partition may have rows: ascending, apart, and ending
  /// where buckets do.
  private List<Span> shared(List<RowSource> sources) {
    List<Span> extents = new ArrayList<>();
    for (RowSource source : sources) {
      Span extent = extent(source);
      if (extent.from < extent.to) {
        extents.add(extent);
      }
    }
    List<Span> overlaps = new ArrayList<>();
    addOverlaps(extents, overlaps);
    return united(overlaps);
  }

  private static void addOverlaps(List<Span> extents, List<Span> overlaps) {
    extents.sort(Comparator.comparingLong(Span::from));
    long end = Long.MIN_VALUE;
    for (Span extent : extents) {
      if (extent.from < end) {
        overlaps.add(new Span(extent.from, Math.min(end, extent.to)));
      }
      end = Math.max(end, extent.to);
    }
  }

  private static List<Span> united(List<Span> spans) {
    spans.sort(Comparator.comparingLong(Span::from));
    List<Span> united = new ArrayList<>();
    for (Span span : spans) {
      Span last = united.isEmpty() ? null : united.getLast();
      if (last != null && (span.from <= last.to || united.size() == MAX_SHARED)) {
        united.set(united.size() - 1, new Span(last.from, Math.max(last.to, span.to)));
      } else {
        united.add(span);
      }
    }
    return united;
  }

  /// The buckets that a source may have rows in: all where its zone maps do not tell.
  private Span extent(RowSource source) {
    Span empty = new Span(from, from);
    ColumnReader times = source.column(timeId);
    if (source.rowCount() == 0 || times == null) {
      return source.rowCount() == 0 ? empty : new Span(from, to);
    }
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int block = 0; block < RowSource.blocks(source); block++) {
      @Nullable Zone zone = times.zone(block);
      if (zone == null || !zone.hasBounds()) {
        return new Span(from, to);
      }
      least = Math.min(least, zone.minLong());
      greatest = Math.max(greatest, zone.maxLong());
    }
    if (least >= to || greatest < from) {
      return empty;
    }
    return new Span(grain.floor(Math.max(least, from)), grain.next(Math.min(greatest, to - 1)));
  }
}
