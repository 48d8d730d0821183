package io.tyto.engine.segment;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Where every block of a file lies. Immutable.
final class Directory {
  /// Makes the exception for a directory that contradicts itself.
  @FunctionalInterface
  interface Corruption {
    RuntimeException at(long byteOffset, String expected, String actual);
  }

  private final ByteBuffer entries;
  private final int size;
  private final long byteOffset;
  private final long end;

  private Directory(ByteBuffer entries, long byteOffset, long end) {
    this.entries = entries;
    this.size = entries.limit() / ContainerFormat.ENTRY_BYTES;
    this.byteOffset = byteOffset;
    this.end = end;
  }

  /// @param byteOffset of the directory's own block
  static Directory parse(ByteBuffer payload, long byteOffset, Corruption corruption) {
    int headBytes = 2 * Integer.BYTES;
    if (payload.limit() < headBytes) {
      throw corruption.at(byteOffset, "a directory", payload.limit() + " bytes");
    }
    int count = payload.getInt();
    refuseUnknownFeatures(payload, byteOffset, corruption);
    int start = payload.position() + ContainerFormat.ENTRY_BYTES - 1 & -ContainerFormat.ENTRY_BYTES;
    if (count < 0 || start + (long) count * ContainerFormat.ENTRY_BYTES != payload.limit()) {
      throw corruption.at(byteOffset, count + " entries", payload.limit() + " bytes");
    }
    ByteBuffer entries = payload.slice(start, count * ContainerFormat.ENTRY_BYTES);
    Directory directory =
        new Directory(
            entries.order(payload.order()),
            byteOffset,
            byteOffset + BlockHeader.BYTES + payload.limit());
    for (int i = 1; i < count; i++) {
      if (directory.compare(i - 1, directory.kind(i), directory.id(i), directory.block(i)) >= 0) {
        throw corruption.at(byteOffset, "ascending entries", "entry " + i + " out of order");
      }
    }
    return directory;
  }

  private static void refuseUnknownFeatures(
      ByteBuffer payload, long byteOffset, Corruption corruption) {
    int features = payload.getInt();
    for (int i = 0; i < features; i++) {
      int length =
          payload.remaining() < Short.BYTES ? Integer.MAX_VALUE : payload.getShort() & 0xffff;
      if (length > payload.remaining()) {
        throw corruption.at(byteOffset, features + " features", "the end after " + i);
      }
      byte[] name = new byte[length];
      payload.get(name);
      throw new TytoException(
          ErrorCode.STORE_UNSUITABLE,
          "a segment needs the feature '%s', which this Tyto does not know: use a newer one"
              .formatted(new String(name, StandardCharsets.UTF_8)));
    }
  }

  int size() {
    return size;
  }

  /// Of the directory itself, where the blocks end.
  long byteOffset() {
    return byteOffset;
  }

  /// Where the directory's payload ends.
  long end() {
    return end;
  }

  int kind(int entry) {
    return entries.getInt(entry * ContainerFormat.ENTRY_BYTES);
  }

  int id(int entry) {
    return entries.getInt(entry * ContainerFormat.ENTRY_BYTES + 4);
  }

  int block(int entry) {
    return entries.getInt(entry * ContainerFormat.ENTRY_BYTES + 8);
  }

  long byteOffset(int entry) {
    return entries.getLong(entry * ContainerFormat.ENTRY_BYTES + 16);
  }

  long storedLength(int entry) {
    return entries.getLong(entry * ContainerFormat.ENTRY_BYTES + 24);
  }

  /// The entry, or a negative number.
  int find(int kind, int id, int block) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int order = compare(middle, kind, id, block);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /// Ids of all blocks of a kind, ascending.
  int[] ids(int kind) {
    return IntStream.range(0, size)
        .filter(entry -> kind(entry) == kind)
        .map(this::id)
        .distinct()
        .toArray();
  }

  /// Entries in the order of the file.
  int[] byPosition() {
    return IntStream.range(0, size)
        .boxed()
        .sorted(Comparator.comparingLong(this::byteOffset))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int compare(int entry, int kind, int id, int block) {
    int[] left = {kind(entry), id(entry), block(entry)};
    int[] right = {kind, id, block};
    return Arrays.compare(left, right);
  }
}
