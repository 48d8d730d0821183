package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.letter.Letters;
import io.tyto.ingest.letter.PrivateLetters;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.ingest.partition.RecordLimits;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.PrivacyChange;
import io.tyto.ingest.privacy.PrivatePayload;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Turns blocks of events of one log into what its partitions take: many events straight into
/// columns, few one by one, so that a trickle does not fill the tail with tiny blocks of columns.
/// The rows are the same either way, and depend on the events alone.
///
/// Thread-safety: none; each reader has its own.
final class FeedDecoder {
  /// Events of one collection in a block from which on columns pay.
  private static final int COLUMNS_FROM = 4_096;

  private static final int BATCH_BYTES = 16 << 10;

  private static final Rejection MISSED =
      new Rejection(
          Rejection.Code.FITS_LATER,
          null,
          "the record did not fit when it was read first, and does by now, when its partition has gone past it; replay it");

  private final EventDecoders decoders;
  private final String topic;
  private final int number;
  private final String logId;
  private final DecodeContext context;
  private final KeyFile keys;
  private final Map<Integer, Part> parts = new LinkedHashMap<>();

  private Spread spread;
  private Reread again = Reread.NONE;
  private long[] offsets = {};
  private long[] times = {};
  private int count;

  /// Events that are read again go one by one.
  private int columnsFrom;

  private List<List<LoadedRows>> rows = List.of();
  private @Nullable RecordBatch[] records = {};
  private long refused;
  private long misplaced;

  /// What a block became.
  ///
  /// @param rows by partition of the group; `records` likewise
  /// @param refused events that are dead letters now
  /// @param shares of the collections in the block
  /// @param misplaced rows whose key belongs to another partition than their log
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Block(
      List<List<LoadedRows>> rows,
      @Nullable RecordBatch[] records,
      int events,
      long refused,
      List<Share> shares,
      long misplaced) {}

  /// What a collection had in a block.
  record Share(TableSchema schema, FailureRatios.Block block) {}

  /// @param number of the log within its topic
  FeedDecoder(
      EventDecoders decoders,
      String topic,
      int number,
      String logId,
      DecodeContext context,
      KeyFile keys) {
    this.keys = keys;
    this.decoders = decoders;
    this.topic = topic;
    this.number = number;
    this.logId = logId;
    this.context = context;
    this.spread = new Spread(KeyPlacement.XXH64, 1, 0);
  }

  /// @param events ascending by offset
  /// @param where they belong
  /// @param before what became of them when they were read before, if they were
  Block decode(List<RawEvent> events, Spread where, Reread before) {
    begin(events, where);
    again = before;
    boolean isReread = !events.isEmpty() && again.reaches(events.getFirst().offset());
    columnsFrom = isReread ? Integer.MAX_VALUE : COLUMNS_FROM;
    for (RawEvent event : events) {
      TableSchema schema = decoders.route(event);
      if (schema != null) {
        parts.computeIfAbsent(schema.collectionId(), _ -> new Part(schema)).events.add(event);
      }
    }
    int taken = 0;
    for (Part part : parts.values()) {
      taken += part.events.size();
      if (part.events.size() >= columnsFrom) {
        part.loadColumns();
      }
    }
    addRecords(events);
    List<Share> shares = new ArrayList<>();
    for (Part part : parts.values()) {
      if (!part.events.isEmpty()) {
        part.share.read(part.events.size());
        shares.add(new Share(part.schema, part.share));
        part.share = new FailureRatios.Block();
        part.events.clear();
      }
    }
    return new Block(rows, records, taken, refused, shares, misplaced);
  }

  private void begin(List<RawEvent> events, Spread where) {
    spread = where;
    refused = 0;
    misplaced = 0;
    records = new RecordBatch[where.partitions()];
    rows = new ArrayList<>();
    for (int i = 0; i < where.partitions(); i++) {
      rows.add(new ArrayList<>());
    }
    count = events.size();
    if (offsets.length < count) {
      offsets = new long[count];
      times = new long[count];
    }
    long now = context.clock().millis() * 1_000;
    for (int i = 0; i < count; i++) {
      offsets[i] = events.get(i).offset();
      long time = events.get(i).timestampMicros();
      times[i] = time < 0 ? now : time;
    }
  }

  /// Those of collections with few events, in the order of their offsets over all of them.
  private void addRecords(List<RawEvent> events) {
    if (parts.values().stream().allMatch(Part::isDone)) {
      return;
    }
    for (RawEvent event : events) {
      TableSchema schema = decoders.route(event);
      Part part = schema == null ? null : parts.get(schema.collectionId());
      if (part != null && part.events.size() < columnsFrom) {
        part.addRecord(event);
      }
    }
  }

  private long timeOf(long offset) {
    return times[Arrays.binarySearch(offsets, 0, count, offset)];
  }

  private RecordBatch recordsOf(int partition) {
    RecordBatch batch = records[partition];
    if (batch == null) {
      batch = new RecordBatch(BATCH_BYTES);
      records[partition] = batch;
    }
    return batch;
  }

  /// The events of one collection.
  private final class Part {
    private final TableSchema schema;
    private final int keyColumn;
    private final int eventIdColumn;
    private final PrivacyChange privacy;
    private final PrivatePayload payloads;
    private final Letters letters;
    private final Row row;
    private final RowCodec codec;
    private final RowsBuilder builder;
    private final EventLoader loader;
    private final List<RawEvent> events = new ArrayList<>();
    private FailureRatios.Block share = new FailureRatios.Block();

    private Part(TableSchema schema) {
      this.schema = schema;
      keyColumn = Spread.keyColumn(schema);
      eventIdColumn = Spread.eventIdColumn(schema);
      privacy = PrivacyChange.ofNewRows(schema, keys);
      payloads = new PrivatePayload(schema, keys);
      letters = Letters.ofTopic(schema, topic, number, new PrivateLetters(schema, payloads));
      row = new Row(schema.columns().size());
      codec = new RowCodec(schema);
      builder = new RowsBuilder(schema, logId);
      loader = new EventLoader(schema, decoders, builder, privacy, context);
    }

    /// It has no event in this block, or has them in columns.
    private boolean isDone() {
      return events.isEmpty() || events.size() >= columnsFrom;
    }

    private void loadColumns() {
      int[] all = IntStream.range(0, spread.partitions()).toArray();
      RowsBuilder.Placement byKey = placement(all);
      loader.load(events, byKey, this::refuse);
      if (spread.isAligned()) {
        if (keyColumn >= 0) {
          misplaced += builder.rowsOutside(byKey, spread.home());
        }
        LoadedRows part =
            builder.cut(placement(new int[] {spread.home()}), FeedDecoder.this::timeOf)[0];
        if (part != null) {
          rows.get(spread.home()).add(part);
        }
        return;
      }
      @Nullable LoadedRows[] cut = builder.cut(byKey, FeedDecoder.this::timeOf);
      for (int i = 0; i < cut.length; i++) {
        LoadedRows part = cut[i];
        if (part != null) {
          rows.get(i).add(part);
        }
      }
    }

    private RowsBuilder.Placement placement(int[] partitions) {
      return new RowsBuilder.Placement(
          spread.keys(), keyColumn, eventIdColumn, partitions, Spread.SPARE_SHIFT);
    }

    private void addRecord(RawEvent event) {
      Rejection rejection = decoders.decode(event, row);
      int column = -1;
      long hash = 0;
      if (rejection == null) {
        // By the key as it came: where it goes must not depend on how it is kept.
        column = placedBy();
        hash = column < 0 ? 0 : spread.keys().of(row, column, schema.columns().get(column).type());
        privacy.apply(row);
        codec.encode(row);
        rejection = RecordLimits.check(schema, cell(eventIdColumn), codec.length());
      }
      if (rejection != null) {
        refuse(event, rejection);
        return;
      }
      int place =
          column < 0
              ? spread.spare(event.offset())
              : KeyPlacement.partition(hash, spread.partitions());
      if (spread.isAligned()) {
        misplaced += column >= 0 && column == keyColumn && place != spread.home() ? 1 : 0;
        place = spread.home();
      } else if (again.isPassed(place, event.offset())) {
        if (isMissed(event.offset(), place)) {
          refuse(event, MISSED);
        }
        return;
      }
      RecordHead head =
          new RecordHead(
              LogRecord.Kind.EVENT,
              schema.collectionId(),
              schema.version(),
              kept(column, hash, place),
              timeOf(event.offset()),
              event.offset());
      recordsOf(place).add(head, cell(eventIdColumn), codec.bytes(), 0, codec.length());
    }

    /// Whether a row is in no partition although its own has gone past it: it was to be a dead
    /// letter, and where that was to lie it was never committed.
    private boolean isMissed(long offset, int place) {
      byte[] eventId = cell(eventIdColumn);
      return !again.isPassed(spread.spare(offset), offset)
          && (eventId == null || !again.knows(place, schema.collectionId(), eventId));
    }

    /// The column whose value chooses the partition, or -1.
    private int placedBy() {
      if (keyColumn >= 0 && !row.isNull(keyColumn)) {
        return keyColumn;
      }
      return eventIdColumn >= 0 && !row.isNull(eventIdColumn) ? eventIdColumn : -1;
    }

    /// The hash as it may be stored: that of a private key could be found by trying keys.
    private long kept(int column, long hash, int place) {
      return column >= 0 && schema.columns().get(column).privacy() != null ? place : hash;
    }

    private byte @Nullable [] cell(int column) {
      return column < 0 ? null : KeyHash.keyOf(row, column);
    }

    private void refuse(RawEvent event, Rejection rejection) {
      refused++;
      share.refused(rejection.code());
      letters.add(
          event,
          payloads.of(rejection),
          timeOf(event.offset()),
          recordsOf(letterBox(event.offset())));
    }

    private int letterBox(long offset) {
      int spare = spread.spare(offset);
      return again.isPassed(spare, offset) ? again.open(spare, offset) : spare;
    }
  }
}
