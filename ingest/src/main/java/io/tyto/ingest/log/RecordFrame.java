package io.tyto.ingest.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The bytes of one record. No state.
final class RecordFrame {
  /// Length and checksum, which the checksum does not cover.
  static final int PREFIX_BYTES = 8;

  static final int HEADER_BYTES = 48;

  /// Beyond this a length field can only be garbage; decoding refuses far smaller records.
  static final int MAX_BYTES = 32 << 20;

  private static final int LENGTH = 0;
  private static final int CHECKSUM = 4;
  private static final int OFFSET = 8;
  private static final int RECEIVED = 16;
  private static final int KEY_HASH = 24;
  private static final int KIND = 32;
  private static final int FLAGS = 33;
  private static final int EVENT_ID_BYTES = 34;
  private static final int COLLECTION = 36;
  private static final int SCHEMA_VERSION = 40;
  private static final int BATCH_POSITION = 44;

  private static final int HAS_EVENT_ID = 1;
  private static final int MAY_REPEAT = 2;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordFrame() {}

  /// Writes all but batch position and checksum, which a log gives, as it gives its own offset.
  static void writeHeader(byte[] target, int at, RecordHead head, int eventIdBytes, int bodyBytes) {
    boolean hasEventId = eventIdBytes >= 0;
    int idBytes = Math.max(0, eventIdBytes);
    INT.set(target, at + LENGTH, HEADER_BYTES - PREFIX_BYTES + idBytes + bodyBytes);
    LONG.set(target, at + OFFSET, head.offset());
    LONG.set(target, at + RECEIVED, head.receivedMicros());
    LONG.set(target, at + KEY_HASH, head.keyHash());
    target[at + KIND] = (byte) head.kind().code();
    target[at + FLAGS] = (byte) (hasEventId ? HAS_EVENT_ID : 0);
    SHORT.set(target, at + EVENT_ID_BYTES, (short) idBytes);
    INT.set(target, at + COLLECTION, head.collection());
    INT.set(target, at + SCHEMA_VERSION, head.schemaVersion());
  }

  static void markMayRepeat(byte[] target, int at) {
    target[at + FLAGS] |= MAY_REPEAT;
  }

  /// Gives the record its place and its checksum.
  static void seal(byte[] target, int at, long offset, int batchPosition, CRC32C crc) {
    LONG.set(target, at + OFFSET, offset);
    INT.set(target, at + BATCH_POSITION, batchPosition);
    INT.set(target, at + CHECKSUM, checksum(target, at, bytes(target, at), crc));
  }

  /// Whole length of the frame as its length field says.
  static int bytes(byte[] source, int at) {
    return (int) INT.get(source, at + LENGTH) + PREFIX_BYTES;
  }

  static boolean isPlausibleLength(int frameBytes) {
    return frameBytes >= HEADER_BYTES && frameBytes <= MAX_BYTES;
  }

  static long offset(byte[] source, int at) {
    return (long) LONG.get(source, at + OFFSET);
  }

  static int batchPosition(byte[] source, int at) {
    return (int) INT.get(source, at + BATCH_POSITION);
  }

  static boolean isIntact(byte[] source, int at, int frameBytes, CRC32C crc) {
    return (int) INT.get(source, at + CHECKSUM) == checksum(source, at, frameBytes, crc);
  }

  static LogRecord read(byte[] source, int at) {
    boolean hasEventId = (source[at + FLAGS] & HAS_EVENT_ID) != 0;
    int eventIdBytes = Short.toUnsignedInt((short) SHORT.get(source, at + EVENT_ID_BYTES));
    int bodyStart = at + HEADER_BYTES + eventIdBytes;
    return new LogRecord(
        offset(source, at),
        (long) LONG.get(source, at + RECEIVED),
        (long) LONG.get(source, at + KEY_HASH),
        LogRecord.Kind.of(source[at + KIND]),
        (int) INT.get(source, at + COLLECTION),
        (int) INT.get(source, at + SCHEMA_VERSION),
        (source[at + FLAGS] & MAY_REPEAT) != 0,
        source,
        at + HEADER_BYTES,
        hasEventId ? eventIdBytes : -1,
        bodyStart,
        at + bytes(source, at) - bodyStart);
  }

  private static int checksum(byte[] source, int at, int frameBytes, CRC32C crc) {
    crc.reset();
    crc.update(source, at + PREFIX_BYTES, frameBytes - PREFIX_BYTES);
    return (int) crc.getValue();
  }
}
