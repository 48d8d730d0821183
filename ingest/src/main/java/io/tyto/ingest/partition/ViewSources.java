package io.tyto.ingest.partition;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.group.GroupScan.Part;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.view.BoundView;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.View.Strategy;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what the rows of a view are made of, partition by partition: its cells, and the rows of
/// its collection that its strategy adds. Not thread-safe.
///
/// While a partition's part of the view is not built, what is missing of the committed rows is read
/// from them: an answer is right from the first moment, and costs what it costs without the view.
public final class ViewSources implements AutoCloseable {
  private final Strategy strategy;
  private final List<LiveSegment> held = new ArrayList<>();
  private final List<CellSource> cells = new ArrayList<>();
  private final List<RowPart> rows = new ArrayList<>();
  private final List<RowSource> tails = new ArrayList<>();
  private final StringBuilder identity = new StringBuilder();
  private @Nullable Instant greatest;

  private record RowPart(RowSource source, @Nullable Filter only) {}

  public ViewSources(Strategy strategy) {
    this.strategy = strategy;
  }

  /// @param view its cells, if there are any
  /// @param data all segments of the collection's rows; what is read of them is held
  /// @param unsealed rows of the tail
  void add(@Nullable LiveSegment view, List<LiveSegment> data, List<RowSource> unsealed) {
    Coverage covered = Coverage.of(view == null ? null : view.entry());
    identity.append('|');
    if (view != null) {
      addCells(view);
    }
    boolean isBuilt = view != null && !ViewRefresher.isBuilding(view.entry());
    boolean isLive = strategy == Strategy.REALTIME;
    for (LiveSegment segment : data) {
      if ((isLive || !isBuilt) && !covered.isAllOf(segment.entry())) {
        hold(segment);
        rows.add(new RowPart(segment.source(), covered.beyond(segment.entry())));
      }
    }
    if (isLive) {
      long count = unsealed.stream().mapToLong(RowSource::rowCount).sum();
      identity.append("t").append(count);
      tails.addAll(unsealed);
    }
  }

  private void addCells(LiveSegment view) {
    hold(view);
    view.requireReadable();
    List<CellSource> kept = view.source().cells();
    if (kept.size() != 1) {
      throw new TytoException(
          ErrorCode.SEGMENT_CORRUPT,
          "%s holds %d sets of cells, expected those of one view; `tyto verify --cubes --repair` makes it anew"
              .formatted(view.entry().file(), kept.size()));
    }
    cells.addAll(kept);
  }

  private void hold(LiveSegment segment) {
    segment.retain();
    held.add(segment);
    SegmentEntry entry = segment.entry();
    identity.append(entry.file()).append(',');
    if (entry.minTime() <= entry.maxTime()) {
      note(Instant.EPOCH.plus(entry.maxTime(), ChronoUnit.MICROS));
    }
  }

  private void note(Instant time) {
    greatest = greatest == null || time.isAfter(greatest) ? time : greatest;
  }

  /// Equal where equal rows were collected.
  public String identity() {
    return identity.toString();
  }

  /// Whether rows of the collection are among it.
  public boolean readsRows() {
    return !rows.isEmpty() || tails.stream().anyMatch(source -> source.rowCount() > 0);
  }

  /// What to add up, as the newest policies of the collection leave it.
  public List<Part> parts(BoundView view, StoredPrivacy privacy) {
    List<RowSource> whole = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(TimeInterval.ALL_TIME, List.copyOf(cells)));
    for (RowPart part : rows) {
      RowSource source = current(part.source(), view, privacy);
      if (part.only() == null) {
        whole.add(source);
      } else {
        parts.add(new Part(view.range(), part.only(), List.of(source)));
      }
    }
    tails.forEach(source -> whole.add(current(source, view, privacy)));
    parts.add(new Part(view.range(), whole));
    return parts;
  }

  static RowSource current(RowSource source, BoundView view, StoredPrivacy privacy) {
    RowSource hidden = privacy.current(source, view.source());
    return EvolvedSource.allOf(List.of(hidden), view.source()).getFirst();
  }

  /// The greatest event time of all that was collected; null without any.
  public @Nullable Instant watermark(BoundView view) {
    ColumnSpec time = view.source().timeColumn();
    for (RowSource source : tails) {
      ColumnReader reader = source.column(time.id());
      for (int from = 0; reader != null && from < source.rowCount(); from += RowSource.BATCH_ROWS) {
        int count = Math.min(RowSource.BATCH_ROWS, source.rowCount() - from);
        if (reader.read(from, count) instanceof ColumnVector.Longs longs) {
          long most = Long.MIN_VALUE;
          for (int i = 0; i < count; i++) {
            most = longs.isNull(i) ? most : Math.max(most, longs.values()[i]);
          }
          if (most > Long.MIN_VALUE) {
            note(Axes.toInstant(time.type().element(), most));
          }
        }
      }
    }
    return greatest;
  }

  @Override
  public void close() {
    held.forEach(LiveSegment::release);
    held.clear();
  }
}
