package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.ingest.decode.TimeReader.Outcome;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeReaderTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @Test
  void readsIsoAsJavaTimeDoes() {
    Random random = new Random(SEED);
    TimeReader reader = new TimeReader(TimeFormat.ISO);
    for (int i = 0; i < 50_000 * SCALE; i++) {
      long second = random.nextLong(-62_167_219_200L + 86_400, 253_402_300_799L - 86_400);
      int nano = random.nextBoolean() ? 0 : random.nextInt(1_000_000_000);
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2 * 18 * 60 + 1) - 1_080));
      Instant instant = Instant.ofEpochSecond(second, nano);
      String text =
          DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(OffsetDateTime.ofInstant(instant, offset));
      for (TimestampUnit unit : List.of(TimestampUnit.MILLIS, TimestampUnit.MICROS)) {
        assertEquals(
            unit.fromInstant(instant),
            timestamp(reader, text, unit),
            () -> text + ", seed " + SEED);
      }
    }
  }

  @Test
  void readsEveryWayOfWritingATime() {
    TimeReader reader = new TimeReader(TimeFormat.ISO);
    long noon = Instant.parse("2026-11-21T12:00:00Z").getEpochSecond() * 1_000;
    for (String text :
        List.of(
            "2026-11-21T12:00:00Z",
            "2026-11-21T12:00Z",
            "2026-11-21 12:00:00",
            "2026-11-21t12:00:00z",
            "2026-11-21T12:00:00.000000000000Z",
            "2026-11-21T13:00:00+01:00",
            "2026-11-21T13+0100",
            "2026-11-21T06:30:00-05:30",
            "2026-11-21T13:00:00,0+01")) {
      Long expected = text.equals("2026-11-21T13+0100") ? null : noon;
      assertEquals(expected, timestamp(reader, text, TimestampUnit.MILLIS), text);
    }
    assertEquals(noon - 12 * 3_600_000, timestamp(reader, "2026-11-21", TimestampUnit.MILLIS));
    assertEquals(1L, timestamp(reader, "1970-01-01T00:00:00.0019999Z", TimestampUnit.MILLIS));
    assertEquals(-1L, timestamp(reader, "1969-12-31T23:59:59.9999Z", TimestampUnit.MILLIS));
  }

  @Test
  void refusesWhatIsNoTime() {
    TimeReader reader = new TimeReader(TimeFormat.ISO);
    for (String text :
        List.of(
            "",
            "2026",
            "2026-11",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "2026-11-31",
            "26-11-21",
            "2026-11-21T",
            "2026-11-21T24:00",
            "2026-11-21T12:60",
            "2026-11-21T12:00:60Z",
            "2026-11-21T12:00:00.Z",
            "2026-11-21T12:00:00+19:00",
            "2026-11-21T12:00:00+1",
            "2026-11-21T12:00:00Zx",
            "2026-11-21X12:00",
            "2026-11-2112:00:00",
            "2026/11/21",
            "+12026-11-21",
            "now",
            "2026-11-21T1:00:00")) {
      assertEquals(null, timestamp(reader, text, TimestampUnit.MICROS), text);
    }
    assertEquals(20L, date(reader, "1970-01-21"));
    assertEquals(null, date(reader, "1970-01-21T00:00:00Z"), "a day is not an instant");
  }

  @Test
  void nanosecondsDoNotReachAsFarAsYears() {
    TimeReader reader = new TimeReader(TimeFormat.ISO);
    assertEquals(Outcome.OUT_OF_RANGE, outcome(reader, "2300-01-01T00:00:00Z"));
    assertEquals(Outcome.OUT_OF_RANGE, outcome(reader, "0001-01-01T00:00:00Z"));
    assertEquals(Outcome.READ, outcome(reader, "2262-01-01T00:00:00.123456789Z"));
  }

  @Test
  void readsEpochsInTheirUnit() {
    assertEquals(1_500_000L, epoch("epoch_s", "1.5", TimestampUnit.MICROS));
    assertEquals(1_517_966_773_840_000L, epoch("epoch_ms", "1517966773840", TimestampUnit.MICROS));
    assertEquals(
        1_517_966_773_840_000L, epoch("epoch_ms", "1.51796677384E12", TimestampUnit.MICROS));
    assertEquals(1L, epoch("epoch_us", "1999", TimestampUnit.MILLIS));
    assertEquals(-2L, epoch("epoch_us", "-1001", TimestampUnit.MILLIS));
    assertEquals(-1L, epoch("epoch_ns", "-1e-30", TimestampUnit.MICROS));
    assertEquals(null, epoch("epoch_s", "1e30", TimestampUnit.MICROS));
    assertEquals(null, epoch("epoch_s", "yesterday", TimestampUnit.MICROS));
    TimeReader days = new TimeReader(TimeFormat.parse(ColumnType.DATE, "epoch_days"));
    assertEquals(16_071L, date(days, "16071"));
    assertEquals(null, date(days, "99999999999"));
    TimeReader millis = new TimeReader(TimeFormat.parse(ColumnType.DATE, "epoch_ms"));
    assertEquals(-1L, date(millis, "-1"));
    assertEquals(17_569L, date(millis, "1517966773840"));
  }

  @Test
  void readsPatterns() {
    assertEquals(
        LocalDate.of(1998, 6, 12).toEpochDay(),
        date(new TimeReader(TimeFormat.parse(ColumnType.DATE, "MMM dd yyyy")), "jun 12 1998"));
    assertEquals(
        LocalDate.of(2014, 3, 1).toEpochDay(),
        date(new TimeReader(TimeFormat.parse(ColumnType.DATE, "yyyy-MM")), "2014-03"));
    TimeReader apache =
        new TimeReader(TimeFormat.parse(ColumnType.TIMESTAMP, "dd/MMM/yyyy:HH:mm:ss Z"));
    assertEquals(
        Instant.parse("2000-10-10T20:55:36Z").getEpochSecond() * 1_000,
        timestamp(apache, "10/Oct/2000:13:55:36 -0700", TimestampUnit.MILLIS));
    assertEquals(null, timestamp(apache, "10/Okt/2000:13:55:36 -0700", TimestampUnit.MILLIS));
    assertEquals(null, timestamp(apache, "1".repeat(100_000), TimestampUnit.MILLIS));
  }

  @Test
  void aWrongFormatSaysWhatWasExpected() {
    for (String text : List.of("epoch", "HH:mm", "qqq{", "yyyy-MM-dd'T", "")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> TimeFormat.parse(ColumnType.TIMESTAMP, text),
              text);
      assertEquals(
          true, String.valueOf(e.getMessage()).contains("expected iso, epoch_s"), e.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class, () -> TimeFormat.parse(ColumnType.STRING, "epoch_ms"));
    assertThrows(
        IllegalArgumentException.class, () -> TimeFormat.parse(ColumnType.TIMESTAMP, "epoch_days"));
  }

  private static @Nullable Long epoch(String format, String text, TimestampUnit unit) {
    return timestamp(new TimeReader(TimeFormat.parse(ColumnType.TIMESTAMP, format)), text, unit);
  }

  private static @Nullable Long timestamp(TimeReader reader, String text, TimestampUnit unit) {
    byte[] data = utf8(text);
    return reader.timestamp(data, 0, data.length, false, unit) == Outcome.READ
        ? reader.value()
        : null;
  }

  private static Outcome outcome(TimeReader reader, String text) {
    byte[] data = utf8(text);
    return reader.timestamp(data, 0, data.length, false, TimestampUnit.NANOS);
  }

  private static @Nullable Long date(TimeReader reader, String text) {
    byte[] data = utf8(text);
    return reader.date(data, 0, data.length, false) == Outcome.READ ? reader.value() : null;
  }
}
