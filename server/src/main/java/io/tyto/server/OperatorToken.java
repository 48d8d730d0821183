package io.tyto.server;

import io.tyto.model.access.KeyText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;

/// What a command on this machine shows to the server that holds a data folder, so that it may do
/// what operators do: who can read the file, may. Made anew at every start of the server, gone with
/// it.
public final class OperatorToken {
  private static final int DIGITS = 43;
  private static final int MAX_BYTES = 1 << 10;

  private OperatorToken() {}

  /// Puts a new one into the file, which only its owner may read. STORE_FAILED.
  static String create(Path file) {
    String token = KeyText.randomDigits(new SecureRandom(), DIGITS);
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(unfinished);
      // Born with its rights: between making and restricting it, others could open it.
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              ownerOnly)) {
        ByteBuffer rest = ByteBuffer.wrap((token + "\n").getBytes(StandardCharsets.US_ASCII));
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      return token;
    } catch (IOException e) {
      throw new TytoException(ErrorCode.STORE_FAILED, "cannot write %s: %s".formatted(file, e), e);
    }
  }

  /// Empty where there is none, or this user may not read it.
  public static Optional<String> read(Path file) {
    try {
      return Files.isReadable(file) && Files.size(file) <= MAX_BYTES
          ? Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip())
          : Optional.empty();
    } catch (IOException e) {
      throw new TytoException(ErrorCode.STORE_FAILED, "cannot read %s: %s".formatted(file, e), e);
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It opens nothing any more.
      System.getLogger(OperatorToken.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot delete " + file, e);
    }
  }
}
