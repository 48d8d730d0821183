package io.tyto.ingest;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.LineBlock;
import io.tyto.ingest.decode.LineParser;
import io.tyto.ingest.decode.Lines;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.letter.Letters;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.RecordLimits;
import io.tyto.model.port.IngestService.Rejected;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns blocks of a file's records into the rows and dead letters of each partition: records of
/// the usual shape straight from bytes to columns, all others by the decoder that HTTP uses too.
///
/// Used by one thread at a time; what it learned of the values serves the next block.
final class BlockLoader {
  /// Records without key and event id change partition after two to the power of so many; a rerun
  /// must place them alike.
  private static final int SPARE_SHIFT = 12;

  /// Records of less text than this are within what a log takes.
  private static final int SMALL_BYTES = 1 << 15;

  private static final int LETTERS_BYTES = 4 << 10;

  private final CollectionRoute route;
  private final RecordDecoder decoder;
  private final @Nullable LineParser parser;
  private final RowsBuilder rows;
  private final RowsBuilder.Placement placement;
  private final Row row;
  private final RowCodec codec;
  private final boolean mayGrow;
  private final Letters letters;
  private final long[] committed;
  private final long leastCommitted;
  private final int mostExamples;
  private final Clock clock;

  private @Nullable RecordBatch[] batches = new RecordBatch[0];
  private List<Rejected> examples = new ArrayList<>();
  private long rejected;
  private FailureRatios.Block share = new FailureRatios.Block();
  private long receivedMicros;

  /// What became of a block.
  ///
  /// @param rows by partition, null where there are none; likewise `letters`
  /// @param next number of the record behind the block
  /// @param share what of it was read now, and refused
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record LoadedBlock(
      @Nullable LoadedRows[] rows,
      @Nullable RecordBatch[] letters,
      long next,
      long rejected,
      List<Rejected> examples,
      FailureRatios.Block share) {
    List<LoadedRows> rowsOf(int partition) {
      LoadedRows part = rows[partition];
      return part == null ? List.of() : List.of(part);
    }
  }

  /// Version of the schema that its rows have.
  int schemaVersion() {
    return route.schema().version();
  }

  /// @param committed by partition, the offsets below which nothing is taken any more
  BlockLoader(
      CollectionRoute route,
      RecordReader reader,
      String source,
      String logId,
      long[] committed,
      int mostExamples,
      DecodeContext context) {
    this.route = route;
    this.clock = context.clock();
    this.committed = committed;
    this.mostExamples = mostExamples;
    long least = Long.MAX_VALUE;
    for (long next : committed) {
      least = Math.min(least, next);
    }
    leastCommitted = least;
    decoder = reader.decoder(route.schema(), context);
    rows = new RowsBuilder(route.schema(), logId);
    parser = reader.lineParser(route.schema(), rows, context);
    row = new Row(route.schema().columns().size());
    codec = new RowCodec(route.schema());
    mayGrow =
        route.schema().columns().stream()
            .anyMatch(column -> column.derive() != null || column.enriched() != null);
    letters = Letters.of(route.schema(), source, format(reader), route.letters());
    int[] partitions =
        route.partitions().stream().mapToInt(partition -> partition.id().partition()).toArray();
    placement =
        new RowsBuilder.Placement(
            route.placement(), route.keyColumn(), route.eventIdColumn(), partitions, SPARE_SHIFT);
  }

  private static RecordFormat format(RecordReader reader) {
    return switch (reader.format()) {
      case NDJSON, JSON -> RecordFormat.JSON;
      case CSV, TSV ->
          new RecordFormat(RecordFormat.Kind.CSV, reader.columns(), reader.delimiter());
      case AUTO -> throw new IllegalStateException("the format was not detected");
    };
  }

  LoadedBlock load(LineBlock block) {
    begin(block.data());
    byte[] data = block.data();
    if (parser != null) {
      parser.begin(data, block.to());
    }
    long number = block.number();
    int at = block.from();
    while (at < block.to()) {
      int next = number < leastCommitted || parser == null ? LineParser.UNUSUAL : parser.parse(at);
      if (next >= 0) {
        rows.add(number++);
        at = next;
        continue;
      }
      int stop = Lines.end(data, at, block.to());
      int end = block.endOfRecord(at, stop);
      if (end > at) {
        if (number >= leastCommitted) {
          long byteOffset = block.byteOffset() + at - block.from();
          decode(new RawRecord(number, byteOffset, data, at, end, null));
        }
        number++;
      }
      at = stop + 1;
    }
    if (number != block.next()) {
      throw new IllegalStateException(
          "%d records in a block of %d".formatted(number - block.number(), block.records()));
    }
    return finish(block.number(), block.next());
  }

  LoadedBlock load(RawChunk chunk) {
    begin(new byte[0]);
    long first = chunk.next();
    for (int i = 0; i < chunk.size(); i++) {
      RawRecord raw = chunk.record(i);
      first = Math.min(first, raw.number());
      if (raw.number() >= leastCommitted) {
        decode(raw);
      }
    }
    return finish(first, chunk.next());
  }

  private void begin(byte[] text) {
    batches = new RecordBatch[committed.length];
    examples = new ArrayList<>();
    rejected = 0;
    share = new FailureRatios.Block();
    receivedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    rows.begin(text);
  }

  private LoadedBlock finish(long first, long next) {
    share.read((int) Math.max(0, next - Math.max(first, leastCommitted)));
    @Nullable LoadedRows[] parts = rows.cut(placement, receivedMicros);
    return new LoadedBlock(parts, batches, next, rejected, examples, share);
  }

  /// Takes a record of any shape.
  private void decode(RawRecord raw) {
    Rejection rejection = raw.fault();
    if (rejection == null) {
      rejection = decoder.decode(raw.data(), raw.from(), raw.to(), row);
    }
    int place = RowsBuilder.BY_CELLS;
    if (rejection == null) {
      if (!route.privacy().isNone()) {
        // By the key as it came: where it goes must not depend on how it is kept.
        place = placement.of(row, route.schema());
      }
      route.privacy().apply(row);
      rejection = oversize(raw);
    }
    if (rejection == null) {
      rows.add(row, raw.number(), place);
    } else {
      reject(raw, rejection);
    }
  }

  private @Nullable Rejection oversize(RawRecord raw) {
    if (!mayGrow && raw.to() - raw.from() <= SMALL_BYTES) {
      return null;
    }
    int column = route.eventIdColumn();
    codec.encode(row);
    return RecordLimits.check(
        route.schema(), column < 0 ? null : KeyHash.keyOf(row, column), codec.length());
  }

  private void reject(RawRecord raw, Rejection rejection) {
    int spare = placement.spare(raw.number());
    RecordBatch batch = batches[spare];
    if (batch == null) {
      batch = new RecordBatch(LETTERS_BYTES);
      batches[spare] = batch;
    }
    Rejection reason = route.payloads().of(rejection);
    letters.add(raw, reason, receivedMicros, batch);
    if (raw.number() < committed[spare]) {
      return;
    }
    rejected++;
    share.refused(reason.code());
    if (examples.size() < mostExamples) {
      examples.add(
          new Rejected(
              (int) Math.min(Integer.MAX_VALUE, raw.number()),
              reason.field(),
              reason.code().name(),
              reason.message()));
    }
  }
}
