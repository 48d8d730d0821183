package io.tyto.ingest;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.letter.LetterDecoder;
import io.tyto.ingest.letter.LetterId;
import io.tyto.ingest.letter.PayloadSource;
import io.tyto.ingest.letter.Refusal;
import io.tyto.ingest.partition.Delivery;
import io.tyto.ingest.partition.Letterbox;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.RecordLimits;
import io.tyto.ingest.partition.StoredLetter;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The letters of one partition in one replay: looked at and marked, then read again and loaded as
/// rows of the replay log into the partitions they belong to. Used once, by one thread.
final class ReplayBatch implements Letterbox.Chooser {
  private static final byte[] NO_TEXT = {};
  private static final int SPARE_SHIFT = 12;
  private static final int ROWS_AT_ONCE = 4_096;
  private static final long UNIT_BYTES = 64L << 20;
  private static final long LOAD_SECONDS = 120;

  private final CollectionRoute route;
  private final ReplaySelection selection;
  private final ReplayTally tally;
  private final Partition partition;
  private final LetterDecoder decoder;
  private final RowsBuilder rows;
  private final RowsBuilder.Placement placement;
  private final Row row;
  private final RowCodec codec;

  /// Of the row that was decoded last.
  private int place = RowsBuilder.BY_CELLS;

  private final long nowMicros;
  private final List<CompletableFuture<Partition.Appended>> answers = new ArrayList<>();
  private final int[] expected = new int[ROWS_AT_ONCE];
  private final String log;
  private final Map<String, Long> passed = new HashMap<>();
  private long first;
  private long pendingFrom;
  private int pending;

  ReplayBatch(
      CollectionRoute route,
      List<TableSchema> all,
      DecodeContext context,
      DecoderRegistry decoders,
      PayloadSource payloads,
      ReplaySelection selection,
      ReplayTally tally,
      Partition partition) {
    this.route = route;
    this.selection = selection;
    this.tally = tally;
    this.partition = partition;
    TableSchema schema = route.schema();
    this.decoder = new LetterDecoder(schema, all, context, decoders, payloads, route.letters());
    this.log = partition.letterbox().replayLog();
    this.rows = new RowsBuilder(schema, log);
    this.row = new Row(schema.columns().size());
    this.codec = new RowCodec(schema);
    this.nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, context.clock().instant());
    int[] partitions = route.partitions().stream().mapToInt(p -> p.id().partition()).toArray();
    this.placement =
        new RowsBuilder.Placement(
            route.placement(), route.keyColumn(), route.eventIdColumn(), partitions, SPARE_SHIFT);
  }

  /// Marks the letters that fit and loads their rows; they are not committed yet. No letter of the
  /// partition may be marked before.
  void run() throws InterruptedException {
    for (Partition home : route.partitions()) {
      first = Math.max(first, home.committedNext(log));
    }
    try (Letterbox.Marked marked =
        partition.letterbox().mark(route.schema().collectionId(), this, first)) {
      rows.begin(NO_TEXT);
      marked.forEach(this::load);
      deliver();
      awaitAnswers();
    }
  }

  @Override
  public boolean isDone() {
    return tally.taken() >= selection.limit();
  }

  @Override
  public boolean wants(String logId, long logOffset, String code, long receivedMicros) {
    LetterId id = new LetterId(partition.id().partition(), logId, logOffset);
    return selection.has(id, code, receivedMicros) && logOffset < passed(logId);
  }

  /// First offset of a log that some partition may read again: of what lies there, the letter has
  /// to tell that it was taken.
  private long passed(String logId) {
    return passed.computeIfAbsent(
        logId,
        id ->
            route.partitions().stream()
                .filter(one -> one.knows(id))
                .mapToLong(one -> one.committedNext(id))
                .min()
                .orElse(0));
  }

  @Override
  public int[] choose(List<StoredLetter> letters, long firstOffset) {
    int[] homes = new int[letters.size()];
    Arrays.fill(homes, -1);
    int[] places = new int[letters.size()];
    rows.begin(NO_TEXT);
    for (int i = 0; i < letters.size() && !isDone(); i++) {
      Refusal refusal = decode(letters.get(i));
      if (refusal == null) {
        places[rows.rows()] = i;
        rows.add(row, firstOffset + rows.rows(), place);
        tally.take(1);
      } else {
        refuse(letters.get(i), refusal);
      }
    }
    @Nullable LoadedRows[] parts = rows.cut(placement, nowMicros);
    for (int home = 0; home < parts.length; home++) {
      LoadedRows part = parts[home];
      for (int i = 0; part != null && i < part.rowCount(); i++) {
        homes[places[(int) (part.logOffset(i) - firstOffset)]] = home;
      }
    }
    return homes;
  }

  private void refuse(StoredLetter letter, Refusal refusal) {
    String message = route.payloads().message(refusal.code(), refusal.field(), refusal.message());
    tally.refuse(
        new ReplayError(LetterId.of(letter).encode(), refusal.code(), refusal.field(), message));
  }

  /// Null where the letter's record is a row now.
  private @Nullable Refusal decode(StoredLetter letter) {
    Refusal refusal = decoder.decode(letter, row);
    if (refusal != null) {
      return refusal;
    }
    // By the key as it came: where it goes must not depend on how it is kept.
    place = route.privacy().isNone() ? RowsBuilder.BY_CELLS : placement.of(row, route.schema());
    route.privacy().apply(row);
    int column = route.eventIdColumn();
    codec.encode(row);
    Rejection oversize =
        RecordLimits.check(
            route.schema(), column < 0 ? null : KeyHash.keyOf(row, column), codec.length());
    return oversize == null
        ? null
        : new Refusal(oversize.code().name(), oversize.field(), oversize.message());
  }

  /// Returns false where a letter does not come out as it was marked: from there on nothing is
  /// loaded, so that no later row makes it look as if its own were there.
  private boolean load(List<StoredLetter> letters) throws InterruptedException {
    for (StoredLetter letter : letters) {
      StoredLetter.Mark mark = Objects.requireNonNull(letter.mark(), "a marked letter");
      Refusal refusal = decode(letter);
      if (refusal != null) {
        refuse(letter, refusal);
        return false;
      }
      if (pending == 0) {
        pendingFrom = mark.offset();
      }
      rows.add(row, mark.offset(), place);
      expected[pending++] = mark.partition();
      if (pending == ROWS_AT_ONCE && !deliver()) {
        return false;
      }
    }
    return true;
  }

  /// Loads the rows read so far. False where one does not belong where its mark says: then only
  /// those before it are loaded.
  private boolean deliver() throws InterruptedException {
    @Nullable LoadedRows[] parts = rows.cut(placement, nowMicros);
    long next = pendingFrom + pending;
    long sure = next;
    for (int home = 0; home < parts.length; home++) {
      LoadedRows part = parts[home];
      for (int i = 0; part != null && i < part.rowCount(); i++) {
        long offset = part.logOffset(i);
        if (expected[(int) (offset - pendingFrom)] != home) {
          sure = Math.min(sure, offset);
        }
      }
    }
    for (int home = 0; home < parts.length; home++) {
      LoadedRows part = parts[home];
      LoadedRows known = part == null ? null : below(part, sure);
      if (known != null && known.rowCount() > 0) {
        answers.add(
            route
                .partitions()
                .get(home)
                .load(new Delivery(log, first, List.of(known), null, sure, UNIT_BYTES)));
      }
    }
    pending = 0;
    rows.begin(NO_TEXT);
    if (sure < next) {
      tally.fail(
          new ReplayError(
              null,
              ErrorCode.INTERNAL.name(),
              null,
              "%s: a record was read in two ways; the replay stopped before it"
                  .formatted(partition.id())));
    }
    return sure == next;
  }

  private static LoadedRows below(LoadedRows part, long offset) {
    int count = 0;
    while (count < part.rowCount() && part.logOffset(count) < offset) {
      count++;
    }
    if (count == part.rowCount()) {
      return part;
    }
    int[] kept = new int[count];
    Arrays.setAll(kept, i -> i);
    return part.keep(kept, count);
  }

  private void awaitAnswers() throws InterruptedException {
    for (CompletableFuture<Partition.Appended> answer : answers) {
      try {
        Partition.Appended applied = answer.get(LOAD_SECONDS, TimeUnit.SECONDS);
        tally.apply(applied.accepted(), applied.repeated());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TytoException known) {
          throw new TytoException(known.code(), String.valueOf(known.getMessage()), known);
        }
        throw new IllegalStateException(e.getCause());
      } catch (TimeoutException e) {
        throw new TytoException(
            ErrorCode.OVERLOADED,
            "a partition did not take rows for %d seconds; replay again afterwards: nothing is lost or doubled"
                .formatted(LOAD_SECONDS),
            e);
      }
    }
  }
}
