package io.tyto.engine.filter;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.index.RowSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A {@link RowPredicate} bound to one source and one thread: knows the source's zone maps and
/// indexes.
abstract sealed class SourcePredicate {
  /// What the zone maps say of the block entered last.
  Verdict verdict = Verdict.SOMETIMES;

  final Verdict enterBlock(int block) {
    verdict = judge(block);
    return verdict;
  }

  abstract Verdict judge(int block);

  /// Clears the bits of the rows where the test is not true; only called where the verdict was
  /// SOMETIMES.
  abstract void retain(long[] mask, Masks masks);

  /// @param isNarrowing rows that fail are of no interest to anybody: once few are left, the batch
  ///   is told
  static SourcePredicate of(RowPredicate test, Batch batch, boolean isNarrowing) {
    return switch (test) {
      case RowPredicate.All(var parts) ->
          new All(
              batch,
              cheapestFirst(parts.stream().map(part -> of(part, batch, false)).toList()),
              isNarrowing);
      case RowPredicate.Any(var parts) ->
          new Any(batch, parts.stream().map(part -> of(part, batch, false)).toList());
      case RowPredicate.OfEntities of -> new OfEntities(batch, of);
      case RowPredicate.Sampled sampled -> new Sampled(batch, sampled);
      case RowPredicate.OfColumn(var slot, var valueTest) -> ofColumn(batch, slot, valueTest);
    };
  }

  /// Those that read no column before those that do.
  private static List<SourcePredicate> cheapestFirst(List<SourcePredicate> parts) {
    return parts.stream()
        .sorted(Comparator.comparing(part -> !(part instanceof Ranged || part instanceof Sifted)))
        .toList();
  }

  private static SourcePredicate ofColumn(Batch batch, int slot, ValuePredicate test) {
    ColumnReader reader = batch.reader(slot);
    if (reader == null) {
      return new OfColumn(batch, slot, test, null, null);
    }
    RowRange range = RowRange.of(reader, test);
    if (range != null) {
      return new Ranged(batch, range);
    }
    Dictionary dictionary = reader.dictionary();
    RowSet rows = Indexed.rows(reader, dictionary, test, batch.source().rowCount());
    if (rows != null) {
      return new Indexed(batch, rows);
    }
    OfColumn ofColumn = new OfColumn(batch, slot, test, reader, dictionary);
    BatchSieve sieve = BatchSieve.of(reader, dictionary, test, batch.source().rowCount());
    return sieve == null ? ofColumn : new Sifted(batch, sieve, ofColumn);
  }

  private static final class All extends SourcePredicate {
    private final Batch batch;

    /// Rows are read one by one where at most one in so many is left.
    private static final int FEW = 8;

    private final List<SourcePredicate> parts;
    private final boolean isNarrowing;
    private final int[] positions;

    All(Batch batch, List<SourcePredicate> parts, boolean isNarrowing) {
      this.batch = batch;
      this.parts = parts;
      this.isNarrowing = isNarrowing;
      positions = new int[isNarrowing ? RowSource.BATCH_ROWS : 0];
    }

    @Override
    Verdict judge(int block) {
      Verdict all = Verdict.ALWAYS;
      for (SourcePredicate part : parts) {
        switch (part.enterBlock(block)) {
          case NEVER -> {
            return Verdict.NEVER;
          }
          case SOMETIMES -> all = Verdict.SOMETIMES;
          case ALWAYS -> {}
        }
      }
      return all;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      for (SourcePredicate part : parts) {
        if (part.verdict == Verdict.SOMETIMES) {
          part.retain(mask, masks);
          int left = Masks.cardinality(mask, batch.length());
          if (left == 0) {
            return;
          }
          if (isNarrowing && left <= batch.length() / FEW) {
            batch.select(positions, masks.kernels.positions(mask, batch.length(), positions));
          }
        }
      }
    }
  }

  private static final class Any extends SourcePredicate {
    private final Batch batch;
    private final List<SourcePredicate> parts;

    Any(Batch batch, List<SourcePredicate> parts) {
      this.batch = batch;
      this.parts = parts;
    }

    @Override
    Verdict judge(int block) {
      Verdict any = Verdict.NEVER;
      for (SourcePredicate part : parts) {
        switch (part.enterBlock(block)) {
          case ALWAYS -> {
            return Verdict.ALWAYS;
          }
          case SOMETIMES -> any = Verdict.SOMETIMES;
          case NEVER -> {}
        }
      }
      return any;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      int words = Masks.words(batch.length());
      long[] passed = masks.borrow(batch.length());
      long[] open = masks.borrow(batch.length());
      Masks.clear(passed, batch.length());
      for (SourcePredicate part : parts) {
        if (part.verdict == Verdict.SOMETIMES) {
          for (int word = 0; word < words; word++) {
            open[word] = mask[word] & ~passed[word];
          }
          part.retain(open, masks);
          for (int word = 0; word < words; word++) {
            passed[word] |= open[word];
          }
        }
      }
      for (int word = 0; word < words; word++) {
        mask[word] &= passed[word];
      }
      masks.release(open);
      masks.release(passed);
    }
  }

  /// Entities are looked up one by one in the set of the source's partition.
  private static final class OfEntities extends SourcePredicate {
    private final Batch batch;
    private final RowPredicate.OfEntities test;
    private final int partition;
    private final Verdict always;

    OfEntities(Batch batch, RowPredicate.OfEntities test) {
      this.batch = batch;
      this.test = test;
      partition = batch.source().partition();
      boolean isAny = test.isNegated() || test.members().isAnyIn(partition);
      always = isAny ? Verdict.SOMETIMES : Verdict.NEVER;
    }

    @Override
    Verdict judge(int block) {
      return always;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      ColumnVector vector = batch.column(test.slot());
      if (!(vector instanceof ColumnVector.Longs ids)) {
        Masks.clear(mask, batch.length());
        return;
      }
      for (int word = 0; word < Masks.words(batch.length()); word++) {
        for (long left = mask[word]; left != 0; left &= left - 1) {
          int position = (word << 6) + Long.numberOfTrailingZeros(left);
          if (position >= batch.length()) {
            break;
          }
          int entity = ids.isNull(position) ? 0 : (int) ids.values()[position];
          if (entity == 0 || test.members().contains(partition, entity) == test.isNegated()) {
            mask[word] &= ~(left & -left);
          }
        }
      }
    }
  }

  /// Rows are chosen one by one; logs and offsets are read where some row has no entity.
  private static final class Sampled extends SourcePredicate {
    private final Batch batch;
    private final RowPredicate.Sampled test;
    private final int partition;
    private @Nullable Dictionary hashedLogs;
    private int hashedLog = -1;
    private int logHash;

    Sampled(Batch batch, RowPredicate.Sampled test) {
      this.batch = batch;
      this.test = test;
      partition = batch.source().partition();
    }

    @Override
    Verdict judge(int block) {
      return Verdict.SOMETIMES;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      ColumnVector.Longs entities =
          test.entitySlot() >= 0
                  && batch.column(test.entitySlot()) instanceof ColumnVector.Longs longs
              ? longs
              : null;
      for (int word = 0; word < Masks.words(batch.length()); word++) {
        for (long left = mask[word]; left != 0; left &= left - 1) {
          int position = (word << 6) + Long.numberOfTrailingZeros(left);
          if (position >= batch.length()) {
            break;
          }
          long entity =
              entities == null || entities.isNull(position) ? 0 : entities.values()[position];
          long hash = entity == 0 ? ofRow(position) : RowSample.ofEntity(partition, entity);
          if (RowSample.isChosen(hash, test.rate()) == test.isNegated()) {
            mask[word] &= ~(left & -left);
          }
        }
      }
    }

    private long ofRow(int position) {
      long offset =
          batch.column(test.offsetSlot()) instanceof ColumnVector.Longs offsets
              ? offsets.values()[position]
              : batch.from() + position;
      return RowSample.ofRow(partition, logHash(position), offset);
    }

    private int logHash(int position) {
      return switch (batch.column(test.logSlot())) {
        case ColumnVector.Ordinals logs -> {
          int log = logs.values()[position];
          if (log != hashedLog || !logs.dictionary().equals(hashedLogs)) {
            hashedLogs = logs.dictionary();
            hashedLog = log;
            logHash = RowSample.ofLog(logs.dictionary().value(log));
          }
          yield logHash;
        }
        case ColumnVector.Bytes logs ->
            RowSample.ofLog(
                Arrays.copyOfRange(
                    logs.data(), logs.offsets()[position], logs.offsets()[position + 1]));
        default -> 0; // rows that were made have no log
      };
    }
  }

  private static final class OfColumn extends SourcePredicate {
    private final Batch batch;
    private final int slot;
    private final ValuePredicate test;
    private final @Nullable ColumnReader reader;
    private final @Nullable Dictionary dictionary;
    private final Verdict ofAbsent;

    OfColumn(
        Batch batch,
        int slot,
        ValuePredicate test,
        @Nullable ColumnReader reader,
        @Nullable Dictionary dictionary) {
      this.batch = batch;
      this.slot = slot;
      this.test = test;
      this.reader = reader;
      this.dictionary = dictionary;
      ofAbsent = ofNull(test);
    }

    @Override
    Verdict judge(int block) {
      if (reader == null) {
        return ofAbsent;
      }
      Zone zone = reader.zone(block);
      return zone == null ? Verdict.SOMETIMES : test.verdict(zone, dictionary);
    }

    /// A column that is not here is null throughout: the test is true of null or not.
    private static Verdict ofNull(ValuePredicate test) {
      long[] one = {1};
      test.retain(new ColumnVector.AllNull(1), one, new Masks(Kernels.scalar()));
      return one[0] == 0 ? Verdict.NEVER : Verdict.ALWAYS;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      if (reader != null
          && !batch.isRead(slot)
          && test.retainStored(reader, batch.from(), batch.length(), mask, masks)) {
        batch.countTested(batch.length());
      } else {
        test.retain(batch.column(slot), mask, masks);
      }
    }
  }

  /// A range of rows, because they ascend by the column that is tested: it is not read.
  private static final class Ranged extends SourcePredicate {
    private final Batch batch;
    private final RowRange range;

    Ranged(Batch batch, RowRange range) {
      this.batch = batch;
      this.range = range;
    }

    @Override
    Verdict judge(int block) {
      int from = block * RowSource.BLOCK_ROWS;
      return range.judge(from, from + RowSource.blockRows(batch.source(), block));
    }

    @Override
    void retain(long[] mask, Masks masks) {
      range.retain(mask, batch.from(), batch.length());
    }
  }

  /// Few values, of which it is known in which batches they may be: the others are passed over.
  private static final class Sifted extends SourcePredicate {
    private final Batch batch;
    private final BatchSieve sieve;
    private final SourcePredicate test;

    Sifted(Batch batch, BatchSieve sieve, SourcePredicate test) {
      this.batch = batch;
      this.sieve = sieve;
      this.test = test;
    }

    @Override
    Verdict judge(int block) {
      int from = block * RowSource.BLOCK_ROWS;
      return sieve.mayPass(from, RowSource.blockRows(batch.source(), block))
          ? test.enterBlock(block)
          : Verdict.NEVER;
    }

    @Override
    void retain(long[] mask, Masks masks) {
      if (sieve.mayPass(batch.from(), batch.length())) {
        test.retain(mask, masks);
      } else {
        Masks.clear(mask, batch.length());
      }
    }
  }

  /// Rows known from an inverted index: blocks without any are skipped, others need no column.
  private static final class Indexed extends SourcePredicate {
    /// An index is used where at most one row in so many passes; else comparing codes is cheaper.
    private static final int SELECTIVITY = 64;

    /// More ordinals than this are not looked up one by one to estimate.
    private static final int MAX_ORDINALS = 1 << 10;

    private final Batch batch;
    private final RowSet rows;
    private final int[] positions = new int[RowSource.BATCH_ROWS];

    Indexed(Batch batch, RowSet rows) {
      this.batch = batch;
      this.rows = rows;
    }

    /// The rows that pass, or null where the index is missing or no help.
    static @Nullable RowSet rows(
        ColumnReader reader, @Nullable Dictionary dictionary, ValuePredicate test, int rowCount) {
      InvertedIndex index = reader.index();
      BytesPredicate bytesTest =
          switch (test) {
            case BytesPredicate bytes -> bytes;
            case ListPredicates.Any(BytesPredicate bytes, var negated) when !negated -> bytes;
            default -> null;
          };
      if (index == null || dictionary == null || bytesTest == null || bytesTest.isNegated()) {
        return null;
      }
      OrdinalSet set = bytesTest.ordinals(dictionary);
      if (set.isEmpty() || set.count() > MAX_ORDINALS) {
        return null;
      }
      int[] ordinals = set.toArray();
      long matches = 0;
      for (int ordinal : ordinals) {
        matches += index.cardinality(ordinal);
      }
      return matches > rowCount / SELECTIVITY ? null : index.rowsOfAny(ordinals, ordinals.length);
    }

    @Override
    Verdict judge(int block) {
      int from = block * RowSource.BLOCK_ROWS;
      int to = (int) Math.min((long) from + RowSource.BLOCK_ROWS, batch.source().rowCount());
      int found = rows.countBetween(from, to);
      return Verdict.of(found == 0, found == to - from);
    }

    @Override
    void retain(long[] mask, Masks masks) {
      int length = batch.length();
      int found = rows.positions(batch.from(), batch.from() + length, positions);
      long[] passed = masks.borrow(length);
      Masks.clear(passed, length);
      for (int i = 0; i < found; i++) {
        passed[positions[i] >>> 6] |= 1L << positions[i];
      }
      for (int word = 0; word < Masks.words(length); word++) {
        mask[word] &= passed[word];
      }
      masks.release(passed);
    }
  }
}
