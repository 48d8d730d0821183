package io.tyto.ingest.log;

import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Walks over the records of one log file and says where they stop checking. Not thread-safe.
final class FrameScanner {
  /// What lies at the scanner's position.
  enum Found {
    RECORD,
    END,
    DAMAGE
  }

  private static final int READ_BYTES = 1 << 20;
  private static final int SECTOR_BYTES = 512;

  private final Disk.File file;
  private final long size;
  private final CRC32C crc = new CRC32C();
  private byte[] buffer = new byte[READ_BYTES];
  private long bufferStart;
  private int bufferLength;
  private long position;
  private int frameBytes;

  FrameScanner(Disk.File file, long position) throws IOException {
    this.file = file;
    this.size = file.size();
    this.position = position;
  }

  /// byteOffset of the record found, or of the damage.
  long position() {
    return position;
  }

  /// The record found; valid until the next call of {@link #find}.
  LogRecord record() {
    return RecordFrame.read(buffer, (int) (position - bufferStart));
  }

  /// Steps behind the record found last and looks there for the one with this offset.
  Found find(long expectedOffset) throws IOException {
    position += frameBytes;
    frameBytes = 0;
    long left = size - position;
    if (left == 0) {
      return Found.END;
    }
    if (left < RecordFrame.HEADER_BYTES) {
      return Found.DAMAGE;
    }
    int at = load(RecordFrame.HEADER_BYTES);
    int bytes = RecordFrame.bytes(buffer, at);
    if (!RecordFrame.isPlausibleLength(bytes) || bytes > left) {
      return Found.DAMAGE;
    }
    at = load(bytes);
    if (RecordFrame.offset(buffer, at) != expectedOffset
        || !RecordFrame.isIntact(buffer, at, bytes, crc)) {
      return Found.DAMAGE;
    }
    frameBytes = bytes;
    return Found.RECORD;
  }

  /// Goes on behind a damage.
  void resumeAt(long newPosition) {
    position = newPosition;
  }

  /// Classifies the damage at the current position by what lies behind it.
  ///
  /// Loads the rest of the file: damage is rare, and a log file has a bounded size.
  Damage classify(long expectedOffset) throws IOException {
    int restBytes = Math.toIntExact(size - position);
    byte[] rest = new byte[restBytes];
    file.read(ByteBuffer.wrap(rest), position);
    for (int at = 1; at <= restBytes - RecordFrame.HEADER_BYTES; at++) {
      if (isRecord(rest, at, expectedOffset)) {
        long offset = RecordFrame.offset(rest, at);
        boolean isSameWrite = offset - RecordFrame.batchPosition(rest, at) <= expectedOffset;
        boolean isTorn =
            isSameWrite && hasZeroSector(rest, at) && !hasLaterWrite(rest, at, expectedOffset);
        return new Damage(isTorn, true, position + at, offset);
      }
    }
    return new Damage(true, false, size, expectedOffset);
  }

  private boolean isRecord(byte[] rest, int at, long expectedOffset) {
    int bytes = RecordFrame.bytes(rest, at);
    if (!RecordFrame.isPlausibleLength(bytes) || bytes > rest.length - at) {
      return false;
    }
    long ahead = RecordFrame.offset(rest, at) - expectedOffset;
    // Every lost record took at least a header, which bounds the offsets that can follow.
    return ahead >= 0
        && ahead <= at / RecordFrame.HEADER_BYTES + 1
        && RecordFrame.isIntact(rest, at, bytes, crc);
  }

  private boolean hasLaterWrite(byte[] rest, int from, long expectedOffset) {
    for (int at = from; at <= rest.length - RecordFrame.HEADER_BYTES; ) {
      if (!isRecord(rest, at, expectedOffset)) {
        at++;
        continue;
      }
      long offset = RecordFrame.offset(rest, at);
      if (offset - RecordFrame.batchPosition(rest, at) > expectedOffset) {
        return true;
      }
      at += RecordFrame.bytes(rest, at);
    }
    return false;
  }

  /// A disk that lost power in the middle of one write leaves whole sectors unwritten, which read
  /// as zeros; damage of what was once written hardly looks like that.
  private boolean hasZeroSector(byte[] rest, int end) {
    long firstSector = (position + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    for (long sector = firstSector;
        sector + SECTOR_BYTES <= position + end;
        sector += SECTOR_BYTES) {
      int from = (int) (sector - position);
      if (isZero(rest, from, from + SECTOR_BYTES)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /// Makes `bytes` bytes from the position on available and returns where they start in the buffer.
  private int load(int bytes) throws IOException {
    long end = bufferStart + bufferLength;
    if (position < bufferStart || position + bytes > end) {
      if (bytes > buffer.length) {
        buffer = Arrays.copyOf(buffer, bytes);
      }
      bufferStart = position;
      bufferLength = 0;
      ByteBuffer target = ByteBuffer.wrap(buffer);
      target.limit((int) Math.min(buffer.length, size - position));
      bufferLength = file.read(target, position);
      if (bufferLength < bytes) {
        throw new IOException("short read at byteOffset " + position);
      }
    }
    return (int) (position - bufferStart);
  }

  /// @param isTorn nothing but an interrupted last write: no record behind it was ever acknowledged
  /// @param hasMore an intact record follows
  /// @param resumeAt its byteOffset, or the end of the file
  /// @param resumeOffset its log offset
  record Damage(boolean isTorn, boolean hasMore, long resumeAt, long resumeOffset) {}
}
