package io.tyto.ingest.privacy;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The secret of a project in a file that only its owner may read: 64 hexadecimal digits and a line
/// break. Thread-safe.
///
/// It is made when it is first needed and never changed or replaced: with another secret, equal
/// values would no longer be equal.
public final class KeyFile {
  private static final int MAX_FILE_BYTES = 1 << 10;

  private final Path file;
  private final String remedy;
  private final boolean isMade;
  private @Nullable PrivateValues values;

  public KeyFile(Path file) {
    this(
        file,
        "restore it from where you keep it, or set privacy.keyFile. Private fields cannot be filled or asked for without it");
  }

  /// @param remedy what to do where it cannot be read
  public KeyFile(Path file, String remedy) {
    this(file, remedy, true);
  }

  private KeyFile(Path file, String remedy, boolean isMade) {
    this.file = file;
    this.remedy = remedy;
    this.isMade = isMade;
  }

  /// One that has to be there: {@link #create} is KEY_MISSING too.
  ///
  /// @param remedy what to do where it is not
  public static KeyFile notMade(Path file, String remedy) {
    return new KeyFile(file, remedy, false);
  }

  public Path file() {
    return file;
  }

  public boolean exists() {
    return Files.exists(file);
  }

  /// The secret itself, for who makes nothing durable with it. KEY_MISSING.
  public byte[] secret() {
    return read();
  }

  /// Makes the secret where there is none yet. STORE_FAILED, KEY_MISSING.
  public synchronized void create() {
    if (exists()) {
      return;
    }
    if (!isMade) {
      throw missing("is not there");
    }
    byte[] secret = new byte[PrivateValues.SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    try {
      write(secret);
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "cannot write the key file %s: %s".formatted(file, e), e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /// What the policies make of values. KEY_MISSING where the file is not there or holds no secret.
  public synchronized PrivateValues values() {
    PrivateValues known = values;
    if (known == null) {
      known = new PrivateValues(read());
      values = known;
    }
    return known;
  }

  private byte[] read() {
    byte[] content;
    try {
      if (Files.notExists(file)) {
        throw missing("is not there");
      }
      content = Files.size(file) > MAX_FILE_BYTES ? new byte[0] : Files.readAllBytes(file);
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.KEY_MISSING, "cannot read the key file %s: %s".formatted(file, e), e);
    }
    String digits = new String(content, StandardCharsets.US_ASCII).strip();
    if (!digits.matches("[0-9a-fA-F]{%d}".formatted(2 * PrivateValues.SECRET_BYTES))) {
      throw missing(
          "does not hold %d hexadecimal digits".formatted(2 * PrivateValues.SECRET_BYTES));
    }
    return HexFormat.of().parseHex(digits);
  }

  private TytoException missing(String what) {
    return new TytoException(
        ErrorCode.KEY_MISSING, "the key file %s %s; %s".formatted(file, what, remedy));
  }

  /// Written under another name first, so that a crash leaves no half of a secret; linked, so that
  /// nothing is ever replaced.
  private void write(byte[] secret) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Files.createDirectories(folder);
    Path unfinished = folder.resolve("." + UUID.randomUUID());
    byte[] line = (HexFormat.of().formatHex(secret) + "\n").getBytes(StandardCharsets.US_ASCII);
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly)) {
      ByteBuffer rest = ByteBuffer.wrap(line);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    try {
      Files.createLink(file, unfinished);
    } catch (FileAlreadyExistsException e) {
      // Made by somebody else in the meantime: theirs is as good.
    } finally {
      Files.delete(unfinished);
      Arrays.fill(line, (byte) 0);
    }
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
