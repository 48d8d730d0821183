package io.tyto.store.backup;

import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A copy of a file, with the hash of what was copied: read once, and never over a mapping.
///
/// @param sha256 lower-case hex
public record HashedCopy(String sha256, long bytes) {
  private static final int CHUNK_BYTES = 1 << 20;

  /// Copies into a new file and makes its content durable; its name is the caller's affair.
  public static HashedCopy make(Disk disk, Path source, Path target) throws IOException {
    try (Disk.File from = disk.openForRead(source);
        Disk.File to = disk.create(target)) {
      MessageDigest digest = newDigest();
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      long at = 0;
      while (from.read(chunk.clear(), at) > 0) {
        at += chunk.flip().limit();
        digest.update(chunk.duplicate());
        to.append(chunk);
      }
      to.force();
      return new HashedCopy(HexFormat.of().formatHex(digest.digest()), at);
    }
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
