package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.ingest.partition.DeadLetter.Origin;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private static final TableSchema SCHEMA = DeadLetters.schema(1, 1, 1);

  @Test
  void aLetterComesBackAsItWas() {
    DeadLetter letter =
        new DeadLetter(
            "BAD_FORMAT",
            "amount",
            "found much",
            new Origin("orders", "orders", 3, 77, RecordFormat.TOPIC),
            Payload.of(text("{\"amount\":\"much\"}")),
            Payload.of(new byte[] {(byte) 0xff, 0, 1}),
            List.of(new Header("type", text("order")), new Header("empty", new byte[0])),
            5,
            true);
    StoredLetter back = stored(letter);
    assertTrue(back.isWhole());
    assertNull(back.mark());
    assertEquals("log", back.logId());
    assertEquals(9, back.logOffset());
    assertEquals(1_000, back.receivedMicros());
    assertEquals(4, back.partition());
    assertEquals(letter.origin(), back.letter().origin());
    assertEquals("found much", back.letter().message());
    assertEquals(5, back.letter().configVersion());
    assertTrue(back.letter().isTreated());
    assertArrayEquals(letter.payload().bytes(), back.letter().payload().bytes());
    Payload key = back.letter().key();
    assertArrayEquals(new byte[] {(byte) 0xff, 0, 1}, key == null ? null : key.bytes());
    assertEquals("type", back.letter().headers().getFirst().name());
    assertArrayEquals(text("order"), back.letter().headers().getFirst().value());
    assertEquals(0, back.letter().headers().getLast().value().length);
  }

  @Test
  void aLayoutComesBackWithItsColumns() {
    RecordFormat csv = new RecordFormat(RecordFormat.Kind.CSV, List.of("a", "", "b c"), ';');
    StoredLetter back = stored(letter(Payload.of(text("1;2;3")), csv));
    assertEquals(csv, back.letter().origin().format());
  }

  @Test
  void whatIsTooLongIsCutBetweenCharacters() {
    byte[] long1 = text("x" + "é".repeat(Payload.MAX_BYTES / 2) + "tail");
    StoredLetter back = stored(letter(Payload.of(long1), RecordFormat.JSON));
    assertFalse(back.isWhole());
    Payload payload = back.letter().payload();
    assertEquals(long1.length, payload.sizeBytes());
    byte[] kept = payload.bytes();
    assertEquals(Payload.MAX_BYTES - 1, kept == null ? -1 : kept.length);
    assertEquals("x" + "é".repeat(Payload.MAX_BYTES / 2 - 1), string(kept));
  }

  @Test
  void noBytesAndWithheldBytesAreTwoThings() {
    StoredLetter tombstone = stored(letter(Payload.of((byte[]) null), RecordFormat.TOPIC));
    assertTrue(tombstone.isWhole());
    assertNull(tombstone.letter().payload().bytes());
    StoredLetter withheld = stored(letter(Payload.withheld(12), RecordFormat.TOPIC));
    assertFalse(withheld.isWhole());
    assertTrue(withheld.letter().payload().isWithheld());
    assertEquals(12, withheld.letter().payload().sizeBytes());
  }

  @Test
  void headersBeyondTheLimitAreLeftOutAndSaid() {
    DeadLetter letter =
        new DeadLetter(
            "A",
            null,
            "b",
            new Origin("t", "t", 0, 0, RecordFormat.TOPIC),
            Payload.of(text("{}")),
            null,
            List.of(new Header("big", new byte[64 << 10])),
            1,
            false);
    assertFalse(stored(letter).isWhole());
    assertEquals(List.of(), stored(letter).letter().headers());
  }

  /// The six columns that the first version had, under the ids it gave them.
  @Test
  void lettersOfTheFirstVersionAreRead() {
    TableSchema old =
        new TableSchema(
            1, 1, 1, "dead_letters", 1, SCHEMA.columns().subList(0, 6), SCHEMA.config());
    assertEquals(
        List.of("code", "field", "message", "source", "position", "record"),
        old.columns().stream().map(column -> column.name()).toList());
    assertEquals(
        List.of(16, 17, 18, 19, 20, 21),
        old.columns().stream().map(column -> column.id()).toList());
    StoredLetter json = oldLetter(old, "http", "{\"a\":1}");
    assertTrue(json.isWhole());
    assertEquals(RecordFormat.JSON, json.letter().origin().format());
    assertEquals(7, json.letter().payload().sizeBytes());
    assertEquals(0, json.letter().configVersion());
    assertEquals(-1, json.letter().origin().topicPartition());
    assertEquals(RecordFormat.NONE, oldLetter(old, "a.csv", "1,2").letter().origin().format());
    assertFalse(oldLetter(old, "http", "{\"a\":\"\ufffd\"}").isWhole());
    assertFalse(oldLetter(old, "http", "{" + " ".repeat(Payload.MAX_BYTES - 1)).isWhole());
  }

  private static StoredLetter oldLetter(TableSchema old, String source, String record) {
    Row row = new Row(6);
    row.setBytes(0, text("CODE"));
    row.setBytes(2, text("message"));
    row.setBytes(3, text(source));
    row.setLong(4, 12);
    row.setBytes(5, text(record));
    return read(old, row);
  }

  private static DeadLetter letter(Payload payload, RecordFormat format) {
    Origin origin = new Origin("s", null, -1, 1, format);
    return new DeadLetter("A", null, "b", origin, payload, null, List.of(), 1, false);
  }

  private static StoredLetter stored(DeadLetter letter) {
    Row row = new Row(SCHEMA.columns().size());
    DeadLetters.fill(letter, row);
    return read(SCHEMA, row);
  }

  private static StoredLetter read(TableSchema schema, Row row) {
    Tail tail = new Tail(schema, 4);
    tail.append(row, "log", 9, 1_000, 0);
    tail.publish();
    RowSource source = tail.view(1).getFirst();
    LetterRows rows = new LetterRows(source);
    rows.enter(0, 1);
    return rows.get(0);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String string(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
