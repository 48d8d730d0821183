package io.tyto.engine.segment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The frame of a segment file, little-endian:
///
/// ```
/// header     64 bytes
/// block      on a multiple of 64: block header (64 bytes), payload, zeros up to a multiple of 64
/// ...
/// directory  the last block
/// trailer    64 bytes, the last of the file
///
/// header                               trailer
/// 0   8 bytes "TYTOSEG\n"              0   8 bytes "TYTOEND\n"
/// 8   u16 format version               8   u16 format version
/// 10  u16 file kind                    16  i64 byteOffset of the directory block
/// 12  u32 project                      24  i64 stored length of its payload
/// 16  u32 group                        32  i64 length of the file
/// 20  u32 collection, 0: none          60  u32 CRC32C of bytes 0 to 59
/// 24  u32 partition
/// 60  u32 CRC32C of bytes 0 to 59      all other bytes 0
///
/// directory payload
/// 0   u32 entries
/// 4   u32 required features
/// 8   (u16 length, UTF-8) x features, aligned to 32 from the payload's start
///     32 bytes x entries, ascending by (kind, id, block):
///       0 u32 kind, 4 u32 id, 8 u32 block number, 12 u32 reserved,
///       16 i64 byteOffset of the block header, 24 i64 stored length of the payload
/// ```
///
/// Every payload is followed by at least 64 readable bytes: zeros, the next block's header, or the
/// trailer.
final class ContainerFormat {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 64;
  static final int TRAILER_BYTES = 64;
  static final int ALIGNMENT = 64;
  static final int ENTRY_BYTES = 32;
  static final int CRC_AT = 60;
  static final byte[] HEADER_MAGIC = "TYTOSEG\n".getBytes(StandardCharsets.US_ASCII);
  static final byte[] TRAILER_MAGIC = "TYTOEND\n".getBytes(StandardCharsets.US_ASCII);

  private ContainerFormat() {}

  /// What a file holds. Numbers are durable.
  enum FileKind {
    ROWS(1),
    STATE(2);

    private final int id;

    FileKind(int id) {
      this.id = id;
    }

    int id() {
      return id;
    }
  }

  /// Whose file it is, as its header says.
  record Owner(FileKind kind, int projectId, int groupId, int collectionId, int partition) {}

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static long aligned(long byteOffset) {
    return byteOffset + ALIGNMENT - 1 & -ALIGNMENT;
  }
}
