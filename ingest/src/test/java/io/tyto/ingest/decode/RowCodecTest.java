package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.schema;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowCodecTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  private static final String CONFIG =
      """
      collection: test
      fields:
        l: { type: long }
        d: { type: double }
        s: { type: string }
        ll: { type: "long[]" }
        dl: { type: "double[]" }
        sl: { type: "string[]" }
      """;

  @Test
  void rowsComeBackAsTheyWere() {
    TableSchema schema = schema(CONFIG);
    RowCodec codec = new RowCodec(schema);
    Random random = new Random(SEED);
    Row copy = new Row(6);
    for (int i = 0; i < 20_000 * SCALE; i++) {
      Row row = randomRow(random);
      codec.encode(row);
      int from = random.nextInt(10);
      byte[] log = new byte[from + codec.length() + 10];
      System.arraycopy(codec.bytes(), 0, log, from, codec.length());
      codec.decode(log, from, from + codec.length(), copy);
      assertSameRow(row, copy);
    }
  }

  @Test
  void bytesAreAsDocumented() {
    Row row = new Row(6);
    row.setLong(0, -3);
    row.setDouble(1, 1.0);
    row.setBytes(2, DecodeFixture.utf8("hi"));
    row.setList(3, new @Nullable Object[] {300L, null});
    RowCodec codec = new RowCodec(schema(CONFIG));
    codec.encode(row);
    assertEquals(
        "01 01 10 01 05 11 02 000000000000f03f 12 03 02 6869 13 04 02 01 d804 00".replace(" ", ""),
        HexFormat.of().formatHex(codec.bytes(), 0, codec.length()));
  }

  @Test
  void rowsOutliveTheGrowthOfTheirSchema() {
    TableSchema old = schema(CONFIG);
    TableSchema grown =
        Schemas.nextVersion(
            old,
            schema(
                    CONFIG
                        + "  extra: { type: string }\n"
                        + "  size: { type: long, derive: \"length(s)\" }\n")
                .config(),
            old.columns().size() + 16);
    Row row = new Row(6);
    row.setBytes(2, DecodeFixture.utf8("four"));
    row.setLong(0, 42);
    RowCodec before = new RowCodec(old);
    before.encode(row);
    Row later = new Row(8);
    new RowCodec(grown).decode(before.bytes(), 0, before.length(), later);
    assertEquals(42, later.longAt(0));
    assertTrue(later.isNull(6));
    assertEquals(4, later.longAt(7), "derived for rows older than the column");

    later.setBytes(6, DecodeFixture.utf8("new"));
    RowCodec after = new RowCodec(grown);
    after.encode(later);
    before.decode(after.bytes(), 0, after.length(), row);
    assertEquals(42, row.longAt(0));
    assertArrayEquals(DecodeFixture.utf8("four"), row.bytesAt(2));
  }

  @Test
  void rowsOutliveTheWideningOfTheirColumns() {
    TableSchema old =
        schema("collection: r\nfields: { i: int, n: int, d: \"decimal(9,2)\", l: \"int[]\" }");
    TableSchema wide =
        Schemas.nextVersion(
            old,
            schema(
                    "collection: r\nfields: { i: double, n: \"decimal(38,0)\", d: \"decimal(19,2)\", l:"
                        + " \"double[]\" }")
                .config(),
            40);
    Row row = new Row(4);
    row.setLong(0, -7);
    row.setLong(1, Integer.MIN_VALUE);
    row.setLong(2, 12_345);
    row.setList(3, new @Nullable Object[] {5L, null});
    RowCodec before = new RowCodec(old);
    before.encode(row);
    Row later = new Row(4);
    new RowCodec(wide).decode(before.bytes(), 0, before.length(), later);
    assertEquals(-7.0, later.doubleAt(0));
    assertArrayEquals(Values.wideBytes(BigInteger.valueOf(Integer.MIN_VALUE)), later.bytesAt(1));
    assertArrayEquals(Values.wideBytes(BigInteger.valueOf(12_345)), later.bytesAt(2));
    assertArrayEquals(new @Nullable Object[] {5.0, null}, later.listAt(3));
  }

  @Test
  void damagedBytesAreAnErrorOrAnotherRowButNeverMore() {
    RowCodec codec = new RowCodec(schema(CONFIG));
    Random random = new Random(SEED);
    Row copy = new Row(6);
    int refused = 0;
    for (int i = 0; i < 50_000 * SCALE; i++) {
      codec.encode(randomRow(random));
      byte[] data = Arrays.copyOf(codec.bytes(), codec.length());
      data[random.nextInt(data.length)] = (byte) random.nextInt();
      int to = random.nextBoolean() ? data.length : random.nextInt(data.length);
      try {
        codec.decode(data, 0, to, copy);
      } catch (TytoException e) {
        assertEquals(ErrorCode.LOG_CORRUPT, e.code());
        refused++;
      }
    }
    assertTrue(refused > 1_000, "refused " + refused);
  }

  private static Row randomRow(Random random) {
    Row row = new Row(6);
    for (int column = 0; column < 6; column++) {
      if (random.nextInt(4) == 0) {
        continue;
      }
      switch (column) {
        case 0 -> row.setLong(0, (Long) element(random, 0));
        case 1 -> row.setDouble(1, (Double) element(random, 1));
        case 2 -> row.setBytes(2, (byte[]) element(random, 2));
        default -> {
          @Nullable Object[] list = new Object[random.nextInt(5)];
          for (int i = 0; i < list.length; i++) {
            list[i] = random.nextInt(4) == 0 ? null : element(random, column - 3);
          }
          row.setList(column, list);
        }
      }
    }
    return row;
  }

  private static Object element(Random random, int kind) {
    return switch (kind) {
      case 0 -> random.nextLong() >> random.nextInt(64);
      case 1 -> random.nextGaussian() * 1e9;
      default -> {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        yield bytes;
      }
    };
  }

  private static void assertSameRow(Row expected, Row found) {
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.kind(i), found.kind(i), "seed " + SEED);
      switch (expected.kind(i)) {
        case NULL -> assertTrue(found.isNull(i));
        case LONG -> assertEquals(expected.longAt(i), found.longAt(i));
        case DOUBLE -> assertEquals(expected.doubleAt(i), found.doubleAt(i));
        case BYTES -> assertArrayEquals(expected.bytesAt(i), found.bytesAt(i));
        case LIST ->
            assertTrue(Arrays.deepEquals(expected.listAt(i), found.listAt(i)), "seed " + SEED);
      }
    }
  }
}
