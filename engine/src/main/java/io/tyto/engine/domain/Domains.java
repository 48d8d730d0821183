package io.tyto.engine.domain;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.Dictionary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The domains of one scan, one per column, chosen by what zone maps and dictionaries say. Used by
/// the thread that prepares the scan.
public final class Domains {
  /// Dictionaries of together so many values are taken in beforehand, to know how many there are.
  private static final int MAX_INTERNED_AHEAD = 1 << 16;

  private static final int MIN_RANGE = 1 << 16;

  /// Arrays of so many cells are cheaper than a hash table even where there is a value for each
  /// row; longer ones only where values come again.
  private static final int DENSE_RANGE = 1 << 22;

  private static final int MAX_RANGE = 1 << 24;

  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final long seed;
  private final Map<Integer, ColumnDomain> bySlot = new HashMap<>();
  private final Map<Integer, ColumnDomain> openBySlot = new HashMap<>();

  public Domains(ColumnSlots slots, List<RowSource> sources, long seed) {
    this.slots = slots;
    this.sources = sources;
    this.seed = seed;
  }

  public ColumnDomain domain(int slot) {
    ColumnDomain known = bySlot.get(slot);
    if (known == null) {
      known = create(slot);
      bySlot.put(slot, known);
    }
    return known;
  }

  /// A domain of whatever values come, also such as zone maps and dictionaries of rows do not know:
  /// those that cells keep.
  public ColumnDomain openDomain(int slot) {
    return openBySlot.computeIfAbsent(
        slot,
        _ ->
            switch (slots.column(slot).type().physical()) {
              case LONG -> new ColumnDomain.Longs(new LongCodes(seed));
              case DOUBLE -> new ColumnDomain.Doubles(new LongCodes(seed));
              case BYTES -> new ColumnDomain.Bytes(seed);
            });
  }

  public long sizeBytes() {
    long bytes = 0;
    for (ColumnDomain domain : openBySlot.values()) {
      bytes += domain.sizeBytes();
    }
    for (ColumnDomain domain : bySlot.values()) {
      bytes += domain.sizeBytes();
    }
    return bytes;
  }

  private ColumnDomain create(int slot) {
    return switch (slots.column(slot).type().physical()) {
      case LONG -> {
        ColumnDomain range = range(slot);
        yield range == null ? new ColumnDomain.Longs(new LongCodes(seed)) : range;
      }
      case DOUBLE -> new ColumnDomain.Doubles(new LongCodes(seed));
      case BYTES -> bytes(slot);
    };
  }

  /// Of the values of a LONG column.
  ///
  /// @param least greater than `greatest` where there is no value
  public record Bounds(long least, long greatest) {}

  /// What zone maps say, or null where some block has none.
  public @Nullable Bounds bounds(int slot) {
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    Batch batch = new Batch(slots);
    for (int i = 0; i < sources.size(); i++) {
      RowSource source = sources.get(i);
      batch.enter(source, i);
      ColumnReader reader = batch.reader(slot);
      for (int block = 0; reader != null && block < RowSource.blocks(source); block++) {
        Zone zone = reader.zone(block);
        if (zone != null && zone.nulls() == zone.rows()) {
          continue;
        }
        if (zone == null || !zone.hasBounds()) {
          return null;
        }
        least = Math.min(least, zone.minLong());
        greatest = Math.max(greatest, zone.maxLong());
      }
    }
    return new Bounds(least, greatest);
  }

  /// The range of all values, if it is known and narrow enough for arrays.
  private @Nullable ColumnDomain range(int slot) {
    Bounds bounds = bounds(slot);
    if (bounds == null) {
      return null;
    }
    if (bounds.least > bounds.greatest) {
      return new ColumnDomain.Range(0, 0);
    }
    long rows = sources.stream().mapToLong(RowSource::rowCount).sum();
    long size = bounds.greatest - bounds.least + 1;
    long limit = Math.max(MIN_RANGE, Math.min(rows, DENSE_RANGE));
    limit = Math.max(limit, Math.min(rows / 4, MAX_RANGE));
    return size <= 0 || size > limit ? null : new ColumnDomain.Range(bounds.least, (int) size);
  }

  private ColumnDomain bytes(int slot) {
    ColumnDomain.Bytes domain = new ColumnDomain.Bytes(seed);
    List<Dictionary> dictionaries = new ArrayList<>();
    long values = 0;
    Batch batch = new Batch(slots);
    for (int i = 0; i < sources.size(); i++) {
      batch.enter(sources.get(i), i);
      ColumnReader reader = batch.reader(slot);
      if (reader == null || sources.get(i).rowCount() == 0) {
        continue;
      }
      Dictionary dictionary = reader.dictionary();
      values += dictionary == null ? MAX_INTERNED_AHEAD : dictionary.size();
      if (dictionary == null || values > MAX_INTERNED_AHEAD) {
        return domain;
      }
      dictionaries.add(dictionary);
    }
    dictionaries.forEach(domain::internAll);
    // A dictionary that grows meanwhile (a tail's) only grows by values of rows outside the
    // snapshot.
    domain.bound();
    return domain;
  }
}
