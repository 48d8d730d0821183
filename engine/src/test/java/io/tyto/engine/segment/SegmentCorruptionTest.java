package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.rows.RowReading;
import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.ColumnReader;
import io.tyto.index.InvertedIndex;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to readers when bytes of a segment change: a named error or the same rows, never
/// others.
final class SegmentCorruptionTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int ROWS = 200;

  @TempDir Path folder;

  private final RandomTable table = new RandomTable(SEED);
  private final TableSchema schema = table.schema();
  private byte[] intact = new byte[0];
  private List<List<@Nullable Object>> expected = new ArrayList<>();

  @BeforeEach
  void writeSegment() throws IOException {
    List<@Nullable Object[]> rows = SegmentFiles.rows(table, ROWS);
    Path file = folder.resolve("intact.seg");
    SegmentFiles.write(
        SegmentOptions.parse("index"),
        schema,
        SegmentFiles.tail(schema, rows, 0).view(ROWS),
        null,
        file);
    intact = Files.readAllBytes(file);
    expected = read(file, intact.length);
  }

  /// Every column, and every ordinal of every index.
  private List<List<@Nullable Object>> read(Path file, long bytes) {
    Segment segment = Segment.open(file, bytes);
    try {
      List<List<@Nullable Object>> columns = new ArrayList<>();
      List<ColumnSpec> specs = new ArrayList<>(SystemColumns.ALL);
      specs.addAll(schema.columns());
      for (ColumnSpec column : specs) {
        columns.add(RowReading.column(List.of(segment), column.id(), new Random(1)));
        ColumnReader reader = segment.column(column.id());
        assertNotNull(reader);
        columns.add(List.of(String.valueOf(reader.zone(0))));
        InvertedIndex index = reader.index();
        List<@Nullable Object> sets = new ArrayList<>();
        for (int ordinal = 0; index != null && ordinal < index.ordinals(); ordinal++) {
          int[] positions = new int[ROWS];
          int count = index.rows(ordinal).positions(0, ROWS, positions);
          sets.add(Arrays.toString(Arrays.copyOf(positions, count)));
        }
        columns.add(sets);
        columns.add(batches(reader.batchSets()));
      }
      return columns;
    } finally {
      segment.release();
    }
  }

  private static List<@Nullable Object> batches(@Nullable BatchSets sets) {
    List<@Nullable Object> batches = new ArrayList<>();
    for (int value = 0; sets != null && value < 100; value++) {
      batches.add(sets.mayHold(0, BatchSets.hash(value)));
    }
    return batches;
  }

  private void assertSame(List<List<@Nullable Object>> actual, String what) {
    assertEquals(expected.size(), actual.size(), what);
    for (int i = 0; i < expected.size(); i++) {
      RowReading.assertSame(expected.get(i), actual.get(i), what);
    }
  }

  @Test
  void aFlippedByteIsANamedErrorOrTheSameRows() throws IOException {
    Random random = new Random(SEED);
    Path file = folder.resolve("flipped.seg");
    int named = 0;
    int unnoticed = 0;
    // All of header and trailer, and a stride over the rest that is prime to every alignment.
    int stride = Math.max(1, 397 / SCALE) | 1;
    for (int at = 0; at < intact.length; at += isFrame(at) ? 1 : 1 + random.nextInt(stride)) {
      byte[] bytes = intact.clone();
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      String what = "byte " + at + ", seed " + SEED;
      try {
        assertSame(read(file, bytes.length), what);
        unnoticed++;
        assertTrue(isPadding(at), what + " is no padding, but went unnoticed");
      } catch (CorruptSegmentException e) {
        named++;
        assertEquals(ErrorCode.SEGMENT_CORRUPT, e.code(), what);
        assertEquals("flipped.seg", e.fault().file(), what);
        assertTrue(e.fault().byteOffset() <= at, what + ": " + e.getMessage());
      }
    }
    assertTrue(named > 300 && unnoticed > 0, named + " named, " + unnoticed + " in padding");
  }

  private boolean isFrame(int at) {
    return at < ContainerFormat.HEADER_BYTES || at >= intact.length - ContainerFormat.TRAILER_BYTES;
  }

  /// Zeros behind a payload, or the reserved field of a header that nobody reads.
  private boolean isPadding(int at) {
    return intact[at] == 0;
  }

  @Test
  void verificationFindsEveryFlippedByteOfTheFile() throws IOException {
    Random random = new Random(SEED);
    Path file = folder.resolve("flipped.seg");
    for (int i = 0; i < 300 * SCALE; i++) {
      int at = random.nextInt(intact.length);
      byte[] bytes = intact.clone();
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      String what = "byte " + at + ", seed " + SEED;
      try {
        Segment segment = Segment.open(file, bytes.length);
        List<Fault> faults = segment.verify();
        segment.release();
        assertFalse(faults.isEmpty(), what);
        assertTrue(faults.getFirst().byteOffset() <= at, what + ": " + faults);
      } catch (CorruptSegmentException e) {
        assertTrue(e.fault().byteOffset() <= at, what);
      }
    }
  }

  @Test
  void aShortenedFileIsRefused() throws IOException {
    for (int length : new int[] {0, 1, 64, 128, intact.length / 2, intact.length - 1}) {
      Path file = folder.resolve("short.seg");
      Files.write(file, Arrays.copyOf(intact, length));
      assertThrows(CorruptSegmentException.class, () -> Segment.open(file, intact.length));
      assertThrows(CorruptSegmentException.class, () -> Segment.open(file, length));
    }
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("missing.seg");
    TytoException e = assertThrows(TytoException.class, () -> Segment.open(file, 1000));
    assertEquals(ErrorCode.STORE_FAILED, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("missing.seg"));
  }

  @Test
  void aFileCutWhileItIsMappedIsANamedError() throws IOException {
    Path file = folder.resolve("cut.seg");
    Files.write(file, intact);
    Segment segment = Segment.open(file, intact.length);
    List<ColumnReader> readers = new ArrayList<>();
    for (ColumnSpec column : schema.columns()) {
      ColumnReader reader = segment.column(column.id());
      assertNotNull(reader);
      reader.read(0, 10);
      readers.add(reader);
    }
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(0);
    }
    for (ColumnReader reader : readers) {
      try {
        reader.read(0, ROWS);
      } catch (CorruptSegmentException e) {
        assertEquals("cut.seg", e.fault().file());
      }
    }
    assertFalse(segment.verify().isEmpty());
    segment.release();
  }

  /// Bytes that pass every checksum and still make no sense: whatever happens is an exception of
  /// ours, and it ends.
  @Test
  void senselessPayloadsWithRightChecksumsAreNamedErrorsOrValues() throws IOException {
    Random random = new Random(SEED);
    Path file = folder.resolve("senseless.seg");
    List<int[]> payloads = payloads();
    int refused = 0;
    for (int i = 0; i < 600 * SCALE; i++) {
      byte[] bytes = intact.clone();
      int[] payload = payloads.get(random.nextInt(payloads.size()));
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        int reach = random.nextBoolean() ? Math.min(payload[1], 96) : payload[1];
        bytes[payload[0] + random.nextInt(reach)] = (byte) random.nextInt();
      }
      seal(bytes, payload);
      Files.write(file, bytes);
      try {
        read(file, bytes.length);
      } catch (TytoException e) {
        refused++;
      } catch (IndexOutOfBoundsException e) {
        // An ordinal beyond its dictionary, found by the test's own look-up.
        assertTrue(e.getStackTrace().length > 0);
      }
    }
    assertTrue(refused > 100, refused + " refused");
  }

  /// (byteOffset, length) of the payload of every block.
  private List<int[]> payloads() {
    List<int[]> payloads = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(intact).order(ByteOrder.LITTLE_ENDIAN);
    int at = ContainerFormat.HEADER_BYTES;
    while (at < intact.length - ContainerFormat.TRAILER_BYTES) {
      int length = (int) file.getLong(at + 40);
      payloads.add(new int[] {at + BlockHeader.BYTES, length});
      at = (int) ContainerFormat.aligned(at + BlockHeader.BYTES + length);
    }
    return payloads;
  }

  private static void seal(byte[] bytes, int[] payload) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = payload[0] - BlockHeader.BYTES;
    file.putInt(header + 56, crc(bytes, payload[0], payload[1]));
    file.putInt(header + 60, crc(bytes, header, 60));
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
