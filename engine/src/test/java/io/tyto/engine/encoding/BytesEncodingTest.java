package io.tyto.engine.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BytesEncodingTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private final Random random = new Random(SEED);

  private EncodedValues roundTrip(
      @Nullable Encoding forced, @Nullable Codec codec, List<byte @Nullable []> values) {
    BytesEncoder encoder = new BytesEncoder(forced, codec);
    encode(encoder, values);
    EncodedValues encoded = encode(encoder, values); // an encoder is reused
    assertEquals(values.size(), encoded.values());
    BytesDecoder decoder =
        BytesDecoder.open(encoded.encoding(), encoded.codec(), LongEncodingTest.readable(encoded));
    BytesBatch batch = new BytesBatch();
    for (int i = 0; i < 30; i++) {
      int from = i == 0 ? 0 : random.nextInt(values.size());
      int count = i == 0 ? values.size() : random.nextInt(values.size() - from + 1);
      decoder.decode(from, count, batch);
      for (int k = 0; k < count; k++) {
        byte[] expected = values.get(from + k);
        if (expected != null) {
          byte[] actual =
              Arrays.copyOfRange(batch.data(), batch.offsets()[k], batch.offsets()[k + 1]);
          assertArrayEquals(expected, actual, "value " + (from + k) + ", seed " + SEED);
        }
      }
    }
    return encoded;
  }

  private static EncodedValues encode(BytesEncoder encoder, List<byte @Nullable []> values) {
    for (byte[] value : values) {
      if (value == null) {
        encoder.addNull();
      } else {
        encoder.add(value, 0, value.length);
      }
    }
    return encoder.finish();
  }

  private static List<byte @Nullable []> texts(int count, IntFunction<@Nullable String> text) {
    List<byte @Nullable []> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String value = text.apply(i);
      values.add(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource
  void textsOfAllLengthsComeBackUnderEveryCodec(Codec codec) {
    List<byte @Nullable []> values =
        texts(
            9_000, i -> i % 7 == 0 ? null : "x".repeat(random.nextInt(i % 500 == 1 ? 90_000 : 40)));
    assertEquals(codec, roundTrip(null, codec, values).codec());
  }

  @Test
  void uuidsAndHexadecimalAreStoredAsTheirBytes() {
    EncodedValues uuids =
        roundTrip(
            null,
            null,
            texts(2_000, i -> new UUID(random.nextLong(), random.nextLong()).toString()));
    assertEquals(Encoding.FIXED, uuids.encoding());
    assertEquals(64 + 16 * 2_000, uuids.payload().remaining());
    EncodedValues upper =
        roundTrip(null, null, texts(2_000, i -> "%016X".formatted(random.nextLong())));
    assertEquals(64 + 8 * 2_000, upper.payload().remaining());
    EncodedValues mixed =
        roundTrip(
            Encoding.FIXED,
            null,
            texts(2_000, i -> i % 2 == 0 ? "00ab" : i % 3 == 0 ? null : "00AB"));
    assertEquals(64 + 4 * 2_000, mixed.payload().remaining());
  }

  @Test
  void digitsAreHexadecimalOfEitherCase() {
    roundTrip(Encoding.FIXED, null, texts(100, i -> i == 99 ? "00FF" : "%04d".formatted(i)));
    roundTrip(Encoding.FIXED, null, texts(100, i -> i == 99 ? "00ff" : "%04d".formatted(i)));
  }

  @Test
  void aValueOfOneMebibyteHasAChunkOfItsOwn() {
    byte[] large = new byte[1 << 20];
    random.nextBytes(large);
    List<byte @Nullable []> values = new ArrayList<>(texts(10, i -> "small " + i));
    values.add(5, large);
    values.add(large);
    roundTrip(null, null, values);
  }

  @Test
  void manyLargeValuesAreCompressedAsTheyCome() {
    String filler = "0123456789abcdef".repeat(1 << 12);
    EncodedValues encoded = roundTrip(null, null, texts(700, i -> i + filler));
    assertEquals(Encoding.CHUNKED, encoded.encoding());
    assertTrue(encoded.payload().remaining() < encoded.rawBytes() / 10);
  }

  @Test
  void emptyValuesComeBack() {
    roundTrip(null, null, texts(5_000, i -> ""));
    roundTrip(null, null, texts(1, i -> ""));
  }

  @Test
  void dictionariesFindEveryValueAndOnlyThose() {
    dictionary(texts(3_000, i -> i == 0 ? "" : "key " + random.nextInt(100_000)));
    dictionary(texts(3_000, i -> String.format(Locale.ROOT, "%08x", random.nextInt())));
    dictionary(texts(3_000, i -> "longer than others ".repeat(random.nextInt(20)) + i));
  }

  private static void dictionary(List<byte @Nullable []> values) {
    BytesTable table = new BytesTable();
    for (byte[] value : values) {
      assertTrue(value != null);
      table.add(value, 0, value.length);
    }
    Integer[] boxed = new Integer[table.size()];
    Arrays.setAll(boxed, i -> i);
    Arrays.sort(boxed, table::compare);
    int[] order = Arrays.stream(boxed).mapToInt(Integer::intValue).toArray();
    EncodedValues encoded = SortedBytes.encode(table, order);
    SortedBytes sorted =
        SortedBytes.open(encoded.encoding(), LongEncodingTest.readable(encoded), table.size());
    for (int i = 0; i < sorted.size(); i++) {
      assertArrayEquals(table.value(order[i]), sorted.value(i));
      assertEquals(i, sorted.find(sorted.value(i)));
      byte[] longer = Arrays.copyOf(sorted.value(i), sorted.value(i).length + 1);
      assertEquals(-(i + 1) - 1, sorted.find(longer));
    }
  }
}
