package io.tyto.ingest.log;

import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// One file of a local log: its name, its header.
///
/// @param first offset of its first record
record LogFile(Path path, long first) {
  static final int HEADER_BYTES = 64;
  private static final String SUFFIX = ".wal";
  private static final byte[] MAGIC = "TYTOWAL1".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int CHECKSUM_AT = HEADER_BYTES - Integer.BYTES;

  static LogFile in(Path folder, long first) {
    return new LogFile(folder.resolve("%020d%s".formatted(first, SUFFIX)), first);
  }

  /// The log files of a folder by first offset; other names are left alone.
  static List<LogFile> list(Disk disk, Path folder) throws IOException {
    List<LogFile> files = new ArrayList<>();
    for (Path path : disk.list(folder)) {
      String name = path.getFileName().toString();
      if (name.matches("\\d{20}\\" + SUFFIX)) {
        files.add(new LogFile(path, Long.parseLong(name.substring(0, 20))));
      }
    }
    return files;
  }

  static ByteBuffer header(UUID logId, long first) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(HEADER_BYTES);
    header.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
    header.putLong(first);
    header.putInt(CHECKSUM_AT, checksum(header));
    return header.clear();
  }

  /// The log id in the header, or empty where the header is not intact or belongs to other offsets.
  Optional<UUID> readLogId(Disk.File file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (file.read(header, 0) < HEADER_BYTES || header.getInt(CHECKSUM_AT) != checksum(header)) {
      return Optional.empty();
    }
    header.clear();
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    boolean isOurs =
        Arrays.equals(magic, MAGIC)
            && header.getInt() == VERSION
            && header.getInt() == HEADER_BYTES;
    UUID logId = new UUID(header.getLong(), header.getLong());
    return isOurs && header.getLong() == first ? Optional.of(logId) : Optional.empty();
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, CHECKSUM_AT);
    return (int) crc.getValue();
  }
}
