package io.tyto.ingest.decode;

import io.tyto.engine.expression.ExpressionEvaluator;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.ingest.enrich.RowEnricher;
import io.tyto.ingest.table.RowJoiner;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig.TimeBounds;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.stream.IntStream;

/// What holds for a record whatever its format: size and encoding, enriched, joined and derived
/// columns and the bounds of event time.
final class RowRules {
  private static final long FIRST_YEAR_SECOND =
      LocalDate.of(1, 1, 1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  private static final long SECONDS_PER_DAY = 86_400;
  private static final int NONE = -1;

  private final UnreadKeys unread;
  private final int collectionId;
  private final int restPosition;
  private final RowEnricher enricher;
  private final RowJoiner joiner;
  private final ExpressionEvaluator derived;
  private final Clock clock;
  private final TimeBounds bounds;
  private final ColumnSpec time;
  private final int timePosition;

  /// Units of the time column in a second; 0 where it counts days.
  private final long perSecond;

  private long checkedAtMillis = Long.MIN_VALUE;
  private long earliest;
  private long latest;

  RowRules(TableSchema schema, DecodeContext context) {
    this.unread = context.unread();
    this.collectionId = schema.collectionId();
    this.restPosition = schema.restPosition();
    this.enricher = context.pipeline().forSchema(schema);
    this.joiner = new RowJoiner(schema, context.tables());
    this.derived = new ExpressionEvaluator(schema);
    this.clock = context.clock();
    this.bounds = schema.config().timeBounds();
    this.time = schema.timeColumn();
    this.timePosition = schema.positions().getOrDefault(time.id(), NONE);
    this.perSecond =
        time.type() instanceof ColumnType.TimestampType timestamp
            ? timestamp.unit().perSecond()
            : 0;
  }

  /// Whether rows of this schema have columns that their text does not give, so that a parser
  /// straight into columns cannot finish them.
  static boolean completesRows(TableSchema schema) {
    Set<String> appended = AppendedColumns.names(schema.columns());
    return schema.columns().stream()
        .filter(column -> !appended.contains(column.name()))
        .anyMatch(column ->
            column.derive() != null || column.enriched() != null || column.discovery() != null);
  }

  /// Positions of the columns that are null until a partition takes the row in.
  static int[] appended(TableSchema schema) {
    Set<String> appended = AppendedColumns.names(schema.columns());
    return IntStream.range(0, schema.columns().size())
        .filter(i -> appended.contains(schema.columns().get(i).name()))
        .toArray();
  }

  /// Checks the bytes of a record before they are read.
  static void checkText(byte[] data, int from, int to) throws RejectException {
    if (to - from > DecodeLimits.MAX_RECORD_BYTES) {
      throw RejectException.of(
          Code.TOO_LARGE,
          "found a record of %d bytes, expected at most %d"
              .formatted(to - from, DecodeLimits.MAX_RECORD_BYTES));
    }
    int invalid = Utf8.invalidAt(data, from, to);
    if (invalid >= 0) {
      throw RejectException.of(
          Code.INVALID_UTF8, "byte %d of the record is not UTF-8".formatted(invalid - from));
    }
  }

  /// Completes a decoded row and checks it.
  void apply(Row row) throws RejectException {
    if (restPosition >= 0 && !row.isNull(restPosition)) {
      unread.observe(collectionId, row.bytesAt(restPosition));
    }
    enricher.enrich(row);
    joiner.join(row);
    derived.evaluate(row);
    if (timePosition == NONE || row.isNull(timePosition)) {
      return;
    }
    long value = row.longAt(timePosition);
    updateBounds();
    if (value < earliest || value > latest) {
      throw RejectException.of(
          Code.TIME_OUT_OF_BOUNDS,
          time,
          "the event time " + show(value),
          "one from %s to %s".formatted(show(earliest), show(latest)));
    }
  }

  /// Position of the event's time in a row, or negative.
  int timePosition() {
    return timePosition;
  }

  /// Whether an event time is certainly taken, by the bounds of the last {@link #updateBounds}.
  boolean isWithinBounds(long value) {
    return value >= earliest && value <= latest;
  }

  /// Takes the bounds of event times from the clock.
  void updateBounds() {
    long now = clock.millis();
    if (now == checkedAtMillis) {
      return;
    }
    checkedAtMillis = now;
    Instant instant = Instant.ofEpochMilli(now);
    long first =
        bounds.past() == null
            ? FIRST_YEAR_SECOND
            : instant.atZone(ZoneOffset.UTC).minus(bounds.past()).toEpochSecond();
    earliest = count(first);
    latest = count(instant.plus(bounds.future()).getEpochSecond());
  }

  /// Seconds in the column's unit, as far as that reaches.
  private long count(long epochSecond) {
    if (perSecond == 0) {
      return Math.floorDiv(epochSecond, SECONDS_PER_DAY);
    }
    long limit = Long.MAX_VALUE / perSecond;
    return Math.clamp(epochSecond, -limit, limit) * perSecond;
  }

  private String show(long value) {
    return time.type() instanceof ColumnType.TimestampType timestamp
        ? timestamp.unit().toInstant(value).toString()
        : LocalDate.ofEpochDay(value).toString();
  }
}
