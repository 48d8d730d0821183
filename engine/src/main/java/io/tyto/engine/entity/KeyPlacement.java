package io.tyto.engine.entity;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;

/// How a key chooses its partition: `floorMod` of a hash. Fixed for the life of a group, for
/// another choice would send an entity to another partition than its history. Thread-safe.
///
/// Producers hash the bytes they send as a record's key, which is text; so that their choice is
/// ours, the same text is hashed here: the digits of a number, the 36 characters of a uuid.
public enum KeyPlacement {
  /// XXH64 over the raw key bytes, see {@link KeyHash}.
  XXH64,
  /// As Kafka's own producers do.
  MURMUR2,
  /// As librdkafka does where a key is given.
  CRC32;

  private static final int MURMUR_SEED = 0x9747b28c;
  private static final int MURMUR_MIX = 0x5bd1e995;
  private static final int MURMUR_SHIFT = 24;
  private static final int UUID_HALF = 8;

  /// The name that the catalog and configs know it by.
  public static KeyPlacement named(String name) {
    for (KeyPlacement placement : values()) {
      if (placement.text().equals(name)) {
        return placement;
      }
    }
    throw new IllegalArgumentException("no placement is called " + name);
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Hash of a cell that is not null; not negative but for {@link #XXH64}.
  public long of(Row row, int column, ColumnType type) {
    return switch (row.kind(column)) {
      case LONG -> of(row.longAt(column));
      case DOUBLE -> of(Double.doubleToLongBits(row.doubleAt(column)));
      case BYTES -> {
        byte[] key = row.bytesAt(column);
        yield of(key, 0, key.length, type);
      }
      case NULL, LIST -> throw new IllegalArgumentException("null or a list cannot be a key");
    };
  }

  /// Hash of a key that is held as a long.
  public long of(long key) {
    if (this == XXH64) {
      return KeyHash.of(key);
    }
    byte[] digits = Long.toString(key).getBytes(StandardCharsets.US_ASCII);
    return ofText(digits, 0, digits.length);
  }

  /// Hash of a key that is held as bytes, of a type.
  public long of(byte[] data, int from, int length, ColumnType type) {
    if (this != XXH64 && type instanceof ColumnType.UuidType) {
      byte[] text = uuid(data, from).getBytes(StandardCharsets.US_ASCII);
      return ofText(text, 0, text.length);
    }
    return ofText(data, from, length);
  }

  /// Hash of a key's text.
  public long ofText(byte[] data, int from, int length) {
    return switch (this) {
      case XXH64 -> KeyHash.of(data, from, length);
      case MURMUR2 -> murmur2(data, from, length) & Integer.MAX_VALUE;
      case CRC32 -> {
        CRC32 crc = new CRC32();
        crc.update(data, from, length);
        yield crc.getValue();
      }
    };
  }

  /// The partition that a hash stands for.
  public static int partition(long hash, int partitions) {
    return (int) Math.floorMod(hash, (long) partitions);
  }

  private static String uuid(byte[] data, int from) {
    return new UUID(longAt(data, from), longAt(data, from + UUID_HALF)).toString();
  }

  private static long longAt(byte[] data, int from) {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(data[from + i]);
    }
    return value;
  }

  /// MurmurHash2 of Austin Appleby, 32 bits, with the seed that Kafka's producers use.
  private static int murmur2(byte[] data, int from, int length) {
    int hash = MURMUR_SEED ^ length;
    int whole = length & ~3;
    for (int i = from; i < from + whole; i += 4) {
      int word =
          Byte.toUnsignedInt(data[i])
              | Byte.toUnsignedInt(data[i + 1]) << 8
              | Byte.toUnsignedInt(data[i + 2]) << 16
              | data[i + 3] << 24;
      word *= MURMUR_MIX;
      word ^= word >>> MURMUR_SHIFT;
      hash = hash * MURMUR_MIX ^ word * MURMUR_MIX;
    }
    int rest = length - whole;
    if (rest > 0) {
      for (int i = rest - 1; i >= 0; i--) {
        hash ^= Byte.toUnsignedInt(data[from + whole + i]) << 8 * i;
      }
      hash *= MURMUR_MIX;
    }
    hash ^= hash >>> 13;
    hash *= MURMUR_MIX;
    return hash ^ hash >>> 15;
  }
}
