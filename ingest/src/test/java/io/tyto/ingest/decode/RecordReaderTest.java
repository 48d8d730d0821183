package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.FileFormat.Format;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @Test
  void linesAreRecords() {
    assertEquals(
        List.of("0@0 {\"a\":1}", "1@10 {\"b\":2}", "2@21 nonsense", "3@30 {\"c\":3}"),
        records("{\"a\":1}\r\n\n{\"b\":2}   \nnonsense\n{\"c\":3}", "x.json"));
    assertEquals(List.of("0@3 {}"), records("\ufeff{}\n", "x.ndjson"));
    assertEquals(List.of(), records("", "x.ndjson"));
    assertEquals(List.of(), records(" \n\t\r\n", "x.ndjson"));
  }

  @Test
  void elementsOfAnArrayAreRecords() {
    assertEquals(
        List.of("0@1 {\"a\":[1,{\"]\":\"}\\\"\"}]}", "1@24 {}", "2@31 7", "3@34 \"x,y\""),
        records("[{\"a\":[1,{\"]\":\"}\\\"\"}]} ,{} ,\n\t 7 ,\"x,y\"]", "x.json"));
    assertEquals(List.of(), records("[]", "x.json"));
    assertEquals(List.of(), records(" [ \n ] \n", "x.json"));
  }

  @Test
  void valuesOverSeveralLinesAreRecords() {
    assertEquals(
        List.of("0@0 {\n \"a\": 1\n}", "1@13 {\"b\":[\n2]}"),
        records("{\n \"a\": 1\n}\n\n{\"b\":[\n2]}", "x.json"));
  }

  @Test
  void anArrayBrokenInOneElementGoesOnWithTheNextLine() {
    assertEquals(
        List.of("0@2 {\"a\":1}", "1@11 fault MALFORMED_JSON {\"a\":\"x},", "2@21 {\"a\":3}"),
        records("[\n{\"a\":1},\n{\"a\":\"x},\n{\"a\":3}\n]", "x.json"));
    assertEquals(List.of("0@1 {}", "1@4 fault MALFORMED_JSON {}]"), records("[{} {}]", "x.json"));
    assertEquals(List.of("0@1 {}", "1@3 fault MALFORMED_JSON "), records("[{}", "x.json"));
    assertEquals(List.of("0@1 {}", "1@5 fault MALFORMED_JSON ]"), records("[{}, ]", "x.json"));
    assertEquals(List.of("0@1 {}", "1@5 fault MALFORMED_JSON {}"), records("[{}] {}", "x.json"));
    assertEquals(List.of("0@1 fault MALFORMED_JSON ,{}]"), records("[,{}]", "x.json"));
    assertEquals(List.of("0@1 fault MALFORMED_JSON {\"a\":{}"), records("[{\"a\":{}", "x.json"));
  }

  @Test
  void noPartOfABrokenRecordPassesForOne() {
    assertEquals(
        List.of("0@2 fault MALFORMED_JSON {", "1@48 {\n  \"a\": 2\n}"),
        records(
            "[\n{\n  \"a\": \"x,\n  \"inner\":\n  {\n    \"a\": 1\n  }\n},\n{\n  \"a\": 2\n}\n]",
            "x.json"));
    assertEquals(
        List.of("0@4 fault MALFORMED_JSON {\"a\":[", "1@13 {\"a\":2}"),
        records("[\n  {\"a\":[\n  {\"a\":2}]", "x.json"),
        "what is not closed ends where the next begins");
  }

  @Test
  void whatIsNeverClosedTakesLinearTime() {
    String open = "{\n".repeat(300_000);
    assertTimeout(
        Duration.ofSeconds(20),
        () -> assertEquals(300_000, records("[\n" + open, "x.json").size()));
  }

  @Test
  void aBodyIsAnArrayOrLinesOrOneEvent() {
    assertEquals(Format.JSON, RecordReader.ofBody(utf8(" [{}]")).format());
    assertEquals(Format.NDJSON, RecordReader.ofBody(utf8("{}\n{}")).format());
    assertEquals(Format.JSON, RecordReader.ofBody(utf8("{\n}")).format());
    assertEquals(Format.NDJSON, RecordReader.ofBody(utf8("a,b\n1,2")).format());
    assertEquals(Format.NDJSON, RecordReader.ofBody(utf8("{\"a\":\n")).format());
  }

  @Test
  void formatsAreDetected() {
    assertEquals(Format.CSV, open("a,b\n1,2", "x.csv.gz", FileFormat.DEFAULT).format());
    assertEquals(Format.TSV, open("a,b\n1,2", "X.TSV", FileFormat.DEFAULT).format());
    assertEquals(Format.TSV, open("a\tb\n1\t2", "data", FileFormat.DEFAULT).format());
    assertEquals(Format.CSV, open("a,b\n1,2", "data", FileFormat.DEFAULT).format());
    assertEquals(Format.NDJSON, open("\n {}\n{}", "data.txt", FileFormat.DEFAULT).format());
    assertEquals(List.of("a", "b"), open("a;b\n1;2", "x.csv", FileFormat.DEFAULT).columns());
    assertEquals(List.of("a;b"), open("a;b\n1;2", "x.csv", csv(',', List.of())).columns());
    assertEquals(
        List.of("0@4 1,2", "1@8 3,4"),
        records("a,b\n1,2\n3,4\n", "x.csv"),
        "no record is a header");
    RecordReader named = open("1,2\n", "x.csv", csv(',', List.of("p", "q")));
    assertEquals(List.of("p", "q"), named.columns());
    assertEquals(0, next(named).number());
  }

  @Test
  void quotedCellsMayHoldLineBreaks() {
    assertEquals(
        List.of("0@4 \"x\ny\",\"\"\"\"", "1@15 1,2\"", "2@20 \"\r\n\",3"),
        records("a,b\n\"x\ny\",\"\"\"\"\n1,2\"\n\"\r\n\",3\r\n", "x.csv"));
  }

  @Test
  void aStrayQuoteCostsOneLine() {
    assertEquals(
        List.of("0@2 fault MALFORMED_CSV \"1", "1@5 2", "2@7 3"),
        records("a\n\"1\n2\n3\n", "x.csv"));
    assertEquals(
        List.of("0@2 fault MALFORMED_CSV \"1\"x", "1@7 2"), records("a\n\"1\"x\n2", "x.csv"));
    assertEquals(
        List.of("0@2 \"1", "1@5 2"),
        records(
            "a\n\"1\n2",
            "x.csv",
            new FileFormat(Format.CSV, ',', '\0', List.of(), List.of(), true, null)),
        "without quotes they are characters");
  }

  @Test
  void inputMadeOfStrayQuotesTakesLinearTime() {
    byte[] line = utf8("a\",\"\n");
    byte[] data = new byte[line.length * 4_000_000];
    for (int i = 0; i < data.length; i += line.length) {
      System.arraycopy(line, 0, data, i, line.length);
    }
    assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          RecordReader reader =
              RecordReader.open(
                  new ByteArrayInputStream(data), "x.csv", csv(',', List.of("a", "b")));
          while (reader.next() != null) {
            // Only the time matters.
          }
        });
  }

  @Test
  void aRecordTooLargeCostsItselfOnly() {
    String filler = "x".repeat(DecodeLimits.MAX_RECORD_BYTES);
    for (String text :
        List.of(
            "{\"a\":1}\n{\"a\":\"" + filler + "\"}\n{\"a\":3}\n",
            "[{\"a\":1},{\"a\":\"" + filler + "\"},{\"a\":3}]",
            "h\n{\"a\":1}\n" + filler + filler + "\n{\"a\":3}\n")) {
      RecordReader reader =
          open(text, text.startsWith("h") ? "x.tsv" : "x.json", FileFormat.DEFAULT);
      assertEquals("{\"a\":1}", text(next(reader)));
      RawRecord large = next(reader);
      assertEquals(Code.TOO_LARGE, large.fault() == null ? null : large.fault().code());
      assertEquals(1_024, large.to() - large.from(), "the beginning is kept");
      assertEquals("{\"a\":3}", text(next(reader)));
      assertEquals(null, reader.next());
    }
  }

  @Test
  void memoryStaysBoundedWhereNoRecordEnds() {
    InputStream endless =
        new InputStream() {
          private long left = 300L << 20;

          @Override
          public int read() {
            return left-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, left);
            Arrays.fill(target, offset, offset + count, (byte) (left == 300L << 20 ? '"' : 'x'));
            left -= count;
            return count == 0 ? -1 : count;
          }
        };
    RecordReader reader = RecordReader.open(endless, "x.csv", csv(',', List.of("a")));
    int faults = 0;
    for (RawRecord record = reader.next(); record != null; record = reader.next()) {
      assertTrue(
          record.fault() != null && record.data().length <= 4 * DecodeLimits.MAX_RECORD_BYTES);
      faults++;
    }
    assertEquals(1, faults);
  }

  @Test
  void whereTheReadsEndDoesNotMatter() {
    Random random = new Random(SEED);
    for (int i = 0; i < 2_000 * SCALE; i++) {
      String name = List.of("x.json", "x.csv", "x.tsv", "x").get(random.nextInt(4));
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(60); n > 0; n--) {
        text.append("{}[]\",:\\\n\r\t ab1".charAt(random.nextInt(15)));
      }
      byte[] data = utf8(text.toString());
      List<String> whole = outcome(new ByteArrayInputStream(data), name);
      List<String> pieces = outcome(new Dripping(data, random), name);
      assertEquals(whole, pieces, () -> "'" + text + "' as " + name + ", seed " + SEED);
    }
  }

  @Test
  void gzipIsRecognisedAlsoInSeveralMembers() throws IOException {
    InputStream content =
        new SequenceInputStream(
            new ByteArrayInputStream(gzip("{\"a\":1}\n{\"a\"")),
            new ByteArrayInputStream(gzip(":2}\n")));
    assertEquals(
        List.of("0@0 {\"a\":1}", "1@8 {\"a\":2}"),
        outcome(RecordReader.open(content, "data", FileFormat.DEFAULT)));
    byte[] cut = Arrays.copyOf(gzip("{\"a\":1}\n".repeat(1_000)), 40);
    RecordReader reader =
        RecordReader.open(new ByteArrayInputStream(cut), "x.gz", FileFormat.DEFAULT);
    TytoException e = assertThrows(TytoException.class, () -> outcome(reader));
    assertEquals(ErrorCode.BAD_USER_INPUT, e.code());
    assertTrue(String.valueOf(e.getMessage()).startsWith("x.gz is damaged or cut off"));
  }

  @Test
  void whatIsNoTextIsNamed() {
    TytoException zip =
        assertThrows(
            TytoException.class, () -> open("PK\u0003\u0004", "x.zip", FileFormat.DEFAULT));
    assertEquals(ErrorCode.UNSUPPORTED_MEDIA_TYPE, zip.code());
    assertTrue(
        String.valueOf(zip.getMessage()).contains("x.zip is a zip archive; expected NDJSON"));
    byte[] utf16 = "a,b".getBytes(StandardCharsets.UTF_16);
    assertThrows(
        TytoException.class,
        () -> RecordReader.open(new ByteArrayInputStream(utf16), "x.csv", FileFormat.DEFAULT));
    TytoException twice =
        assertThrows(TytoException.class, () -> open("a,b,a\n1,2,3", "x.csv", FileFormat.DEFAULT));
    assertTrue(
        String.valueOf(twice.getMessage()).contains("names the column 'a' twice"),
        twice.getMessage());
  }

  private static FileFormat csv(char delimiter, List<String> columns) {
    return new FileFormat(Format.CSV, delimiter, '"', columns, List.of(), true, null);
  }

  private static RecordReader open(String text, String name, FileFormat format) {
    return RecordReader.open(new ByteArrayInputStream(utf8(text)), name, format);
  }

  private static List<String> records(String text, String name) {
    return records(text, name, FileFormat.DEFAULT);
  }

  private static List<String> records(String text, String name, FileFormat format) {
    return outcome(open(text, name, format));
  }

  private static List<String> outcome(InputStream content, String name) {
    try {
      return outcome(RecordReader.open(content, name, FileFormat.DEFAULT));
    } catch (TytoException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> outcome(RecordReader reader) {
    List<String> records = new ArrayList<>();
    for (RawRecord record = reader.next(); record != null; record = reader.next()) {
      String fault = record.fault() == null ? "" : "fault " + record.fault().code() + " ";
      records.add(record.number() + "@" + record.byteOffset() + " " + fault + text(record));
    }
    return records;
  }

  private static RawRecord next(RecordReader reader) {
    RawRecord record = reader.next();
    assertNotNull(record);
    return record;
  }

  private static String text(RawRecord record) {
    return new String(record.copy(), StandardCharsets.UTF_8);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(utf8(text));
    }
    return bytes.toByteArray();
  }

  /// Gives a few bytes at a time.
  private static final class Dripping extends InputStream {
    private final byte[] data;
    private final Random random;
    private int position;

    Dripping(byte[] data, Random random) {
      this.data = data;
      this.random = random;
    }

    @Override
    public int read() {
      return position < data.length ? data[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(Math.min(length, 1 + random.nextInt(3)), data.length - position);
      System.arraycopy(data, position, target, offset, count);
      position += count;
      return count == 0 ? -1 : count;
    }
  }
}
