package io.tyto.engine.segment;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.EncodedValues;
import io.tyto.engine.encoding.Encoding;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The 64 bytes before each payload, little-endian:
///
/// ```
/// 0   u16 kind              28  u32 key id of the cipher
/// 2   u16 encoding          32  i64 raw length
/// 4   u8  codec             40  i64 stored length
/// 5   u8  cipher            48  u64 reserved, 0
/// 6   u16 reserved, 0       56  u32 CRC32C of the stored payload
/// 8   u32 id                60  u32 CRC32C of bytes 0 to 59
/// 12  u32 block number
/// 16  i64 values
/// 24  u32 reserved, 0
/// ```
///
/// @param id the column the block belongs to; 0 where it belongs to none
/// @param block number of the block of rows; 0 where there is but one
/// @param values how many values the payload holds
/// @param rawLength bytes before the codec
/// @param storedLength bytes of the payload in the file
record BlockHeader(
    int kind,
    int encodingId,
    int codecId,
    int cipherId,
    int id,
    int block,
    int keyId,
    long values,
    long rawLength,
    long storedLength,
    int payloadCrc) {

  static final int BYTES = 64;
  static final int NO_CIPHER = 0;
  private static final int CRC_AT = 60;

  static BlockHeader of(BlockKind kind, int id, int block, EncodedValues values, int payloadCrc) {
    return new BlockHeader(
        kind.id(),
        values.encoding().id(),
        values.codec().id(),
        NO_CIPHER,
        id,
        block,
        0,
        values.values(),
        values.rawBytes(),
        values.payload().remaining(),
        payloadCrc);
  }

  void write(ByteBuffer target) {
    int start = target.position();
    target.putShort((short) kind).putShort((short) encodingId);
    target.put((byte) codecId).put((byte) cipherId).putShort((short) 0);
    target.putInt(id).putInt(block).putLong(values).putInt(0).putInt(keyId);
    target.putLong(rawLength).putLong(storedLength).putLong(0).putInt(payloadCrc);
    target.putInt(crc(target, start, CRC_AT));
  }

  /// Null where the checksum does not match.
  static @Nullable BlockHeader read(ByteBuffer source) {
    if (source.getInt(CRC_AT) != crc(source, 0, CRC_AT)) {
      return null;
    }
    return new BlockHeader(
        source.getShort(0) & 0xffff,
        source.getShort(2) & 0xffff,
        source.get(4) & 0xff,
        source.get(5) & 0xff,
        source.getInt(8),
        source.getInt(12),
        source.getInt(28),
        source.getLong(16),
        source.getLong(32),
        source.getLong(40),
        source.getInt(56));
  }

  @Nullable Encoding encoding() {
    return Encoding.of(encodingId);
  }

  @Nullable Codec codec() {
    return Codec.of(codecId);
  }

  /// CRC32C of `length` bytes from `start`, of a buffer on the heap.
  static int crc(ByteBuffer source, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(source.slice(start, length));
    return (int) crc.getValue();
  }
}
