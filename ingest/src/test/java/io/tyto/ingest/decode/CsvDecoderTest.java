package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.CLOCK;
import static io.tyto.ingest.decode.DecodeFixture.schema;
import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static io.tyto.ingest.decode.DecodeFixture.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.FileFormat.Format;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CsvDecoderTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  private static final String CONFIG =
      """
      collection: test
      fields:
        name: { type: string }
        n: { type: long }
        ok: { type: bool }
        tags: { type: "string[]" }
        doc: { type: json }
        city: { type: string }
        marks: { type: "long[]" }
      source:
        map:
          city: /address/town/name
          marks: /doc/marks/*/v
        file:
          format: csv
          columns: [name, n, ok, tags, doc, address]
          nullTokens: [NULL, "\\\\N"]
      """;

  @Test
  void cellsBecomeValues() {
    TableSchema schema = schema(CONFIG);
    Row row =
        decode(
            schema,
            "\"M\u00fcller, \"\"J\"\"\", 7 ,TRUE,\"[\"\"a\"\",null]\","
                + "\"{\"\"marks\"\":[{\"\"v\"\":1},{\"\"v\"\":2}]}\",\"{\"\"town\"\":{\"\"name\"\":\"\"Ulm\"\"}}\"");
    assertEquals("M\u00fcller, \"J\"", value(schema, row, "name"));
    assertEquals(7L, value(schema, row, "n"));
    assertEquals(true, value(schema, row, "ok"));
    assertEquals(Arrays.asList("a", null), value(schema, row, "tags"));
    assertEquals("{\"marks\":[{\"v\":1},{\"v\":2}]}", value(schema, row, "doc"));
    assertEquals("Ulm", value(schema, row, "city"));
    assertEquals(List.of(1L, 2L), value(schema, row, "marks"));
  }

  @Test
  void nothingIsNull() {
    TableSchema schema = schema(CONFIG);
    for (String line : List.of("", ",,,,,", "NULL,\\N,NULL,NULL,NULL,NULL", "NULL", "\"\",\"\"")) {
      Row row = decode(schema, line);
      for (int i = 0; i < row.size(); i++) {
        assertEquals(true, row.isNull(i), "column " + i + " of '" + line + "'");
      }
    }
  }

  @Test
  void emptyIsAValueOfStringsWhereTheConfigSaysSo() {
    TableSchema schema = schema(CONFIG + "    emptyIsNull: false\n    listSeparator: \"|\"\n");
    Row row = decode(schema, ",,,a||b,,");
    assertEquals("", value(schema, row, "name"));
    assertNull(value(schema, row, "n"));
    assertNull(value(schema, row, "doc"));
    assertEquals(List.of("a", "", "b"), value(schema, row, "tags"));
    assertEquals(List.of(), value(schema, decode(schema, ",,,,,"), "tags"));
  }

  @Test
  void separatedCellsAreLists() {
    TableSchema schema =
        schema(
            """
            collection: test
            fields:
              words: { type: "string[]" }
              numbers: { type: "int[]" }
            source:
              map: { words: /words/* }
              file: { format: csv, columns: [words, numbers], nullTokens: [NULL], listSeparator: "; " }
            """);
    Row row = decode(schema, "a; b c; ; NULL,1; 2; ");
    assertEquals(Arrays.asList("a", "b c", null, null), value(schema, row, "words"));
    assertEquals(Arrays.asList(1L, 2L, null), value(schema, row, "numbers"));
    assertEquals(List.of("a;b"), value(schema, decode(schema, "a;b"), "words"));
    assertEquals(Code.BAD_FORMAT, reject(schema, "a,1; x").code());
  }

  @Test
  void aPlainCellOfAListColumnIsAListOfOne() {
    TableSchema schema = schema(CONFIG);
    assertEquals(List.of("solo"), value(schema, decode(schema, ",,,solo"), "tags"));
    assertEquals(
        List.of("a", "b"), value(schema, decode(schema, ",,,\"[\"\"a\"\",\"\"b\"\"]\""), "tags"));
  }

  @Test
  void whatDoesNotFitSaysWhere() {
    TableSchema schema = schema(CONFIG);
    assertEquals(Code.TOO_MANY_CELLS, reject(schema, "1,2,3,4,5,6,7").code());
    Rejection number = reject(schema, "x,seven");
    assertEquals(Code.BAD_FORMAT, number.code());
    assertEquals("n", number.field());
    assertEquals("found \"seven\", expected long", number.message());
    Rejection json = reject(schema, "x,7,true,,{broken");
    assertEquals(Code.MALFORMED_JSON, json.code());
    assertEquals("doc", json.field());
    assertEquals("city", reject(schema, "x,7,true,,,{").field());
    assertEquals(
        Code.TYPE_MISMATCH, reject(schema, ",,,,,\"{\"\"town\"\":{\"\"name\"\":{}}}\"").code());
    Rejection latin = decoder(schema).decode(new byte[] {(byte) 0xE4}, 0, 1, new Row(7));
    assertNotNull(latin);
    assertEquals(Code.INVALID_UTF8, latin.code());
  }

  @Test
  void aFileOfOtherColumnsIsRefusedAsAWhole() {
    TytoException e =
        assertThrows(
            TytoException.class,
            () ->
                new CsvDecoder(
                    schema(CONFIG),
                    List.of("17", "Berlin"),
                    ',',
                    FileFormat.DEFAULT,
                    DecodeContext.of(CLOCK)));
    assertEquals(ErrorCode.BAD_USER_INPUT, e.code());
    assertEquals(
        "none of the file's columns [17, Berlin] is a field of test; if its first line is no header,"
            + " name the columns in source.file.columns",
        e.getMessage());
  }

  @Test
  void readsTheSameCellsAsFastCsv() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < 3_000 * SCALE; i++) {
      char delimiter = ",;\t|".charAt(random.nextInt(4));
      String text = randomTable(random, delimiter);
      List<List<String>> expected = new ArrayList<>();
      try (CsvReader<de.siegmar.fastcsv.reader.CsvRecord> reader =
          CsvReader.builder()
              .fieldSeparator(delimiter)
              .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
              .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
              .ofCsvRecord(text)) {
        reader.forEach(record -> expected.add(record.getFields()));
      }
      assertEquals(expected, cells(text, delimiter), () -> text + ", seed " + SEED);
    }
  }

  @Test
  void noBytesMakeItThrow() {
    TableSchema schema = schema(CONFIG);
    CsvDecoder decoder = decoder(schema);
    Row row = new Row(7);
    Random random = new Random(SEED);
    byte[] valid = utf8("\"a\"\"b\",7,true,[\"x\"],\"{\"\"marks\"\":[{\"\"v\"\":1}]}\",{}");
    for (int i = 0; i < 50_000 * SCALE; i++) {
      byte[] data = valid.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        data[random.nextInt(data.length)] =
            random.nextBoolean()
                ? (byte) random.nextInt()
                : (byte) "\",\n[{".charAt(random.nextInt(5));
      }
      decoder.decode(data, 0, random.nextInt(data.length + 1), row);
    }
  }

  private static List<List<String>> cells(String text, char delimiter) {
    List<List<String>> rows = new ArrayList<>();
    CsvCells cells = new CsvCells(CsvDialect.of(delimiter, '"'));
    RecordReader reader =
        RecordReader.open(
            new ByteArrayInputStream(utf8(text)),
            "x.csv",
            new FileFormat(Format.CSV, delimiter, '"', List.of("any"), List.of(), true, null));
    for (RawRecord record = reader.next(); record != null; record = reader.next()) {
      assertNull(record.fault(), text);
      cells.split(record.data(), record.from(), record.to());
      rows.add(cells.texts());
    }
    return rows;
  }

  private static String randomTable(Random random, char delimiter) throws IOException {
    StringWriter text = new StringWriter();
    LineDelimiter lineEnd = random.nextBoolean() ? LineDelimiter.LF : LineDelimiter.CRLF;
    try (CsvWriter writer =
        CsvWriter.builder().fieldSeparator(delimiter).lineDelimiter(lineEnd).build(text)) {
      for (int r = 1 + random.nextInt(6); r > 0; r--) {
        List<String> row = new ArrayList<>();
        for (int c = 1 + random.nextInt(5); c > 0; c--) {
          row.add(randomCell(random, delimiter));
        }
        writer.writeRecord(row);
      }
    }
    return text.toString();
  }

  private static String randomCell(Random random, char delimiter) {
    StringBuilder cell = new StringBuilder("x".repeat(random.nextInt(2)));
    for (int n = random.nextInt(6); n > 0; n--) {
      cell.append(("ab \"\n\u00e4\r\n" + delimiter).charAt(random.nextInt(9)));
    }
    return cell.toString();
  }

  private static CsvDecoder decoder(TableSchema schema) {
    FileFormat format = schema.config().source().file();
    return new CsvDecoder(schema, format.columns(), ',', format, DecodeContext.of(CLOCK));
  }

  private static Row decode(TableSchema schema, String line) {
    Row row = new Row(schema.columns().size());
    @Nullable Rejection rejection = decoder(schema).decode(utf8(line), 0, utf8(line).length, row);
    assertNull(rejection, () -> line + ": " + rejection);
    return row;
  }

  private static Rejection reject(TableSchema schema, String line) {
    Rejection rejection =
        decoder(schema).decode(utf8(line), 0, utf8(line).length, new Row(schema.columns().size()));
    assertNotNull(rejection, line);
    return rejection;
  }
}
