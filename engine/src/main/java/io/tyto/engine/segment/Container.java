package io.tyto.engine.segment;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.memory.MappedFile;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// An open segment file as a set of blocks.
///
/// Header, trailer and directory are checked when it is opened, every other block the first time it
/// is used. Thread-safe: two threads may check a block twice, with the same result.
final class Container implements AutoCloseable {
  /// Readable bytes behind every payload that decoders may touch.
  private static final int SLACK_BYTES = 64;

  private static final int CHECK_BYTES = 1 << 16;

  private final MappedFile file;
  private final String name;
  private final ContainerFormat.Owner owner;
  private final Directory directory;
  private final AtomicReferenceArray<@Nullable Block> checked;
  private final Runnable onDamage;

  /// A block whose checksum was verified.
  ///
  /// @param payload with {@link #SLACK_BYTES} behind its stored bytes
  record Block(
      long byteOffset, BlockHeader header, Encoding encoding, Codec codec, MemorySegment payload) {
    int values() {
      return Math.toIntExact(header.values());
    }
  }

  private Container(
      MappedFile file, long expectedBytes, ContainerFormat.FileKind kind, Runnable onDamage) {
    this.file = file;
    this.onDamage = onDamage;
    name = String.valueOf(file.path().getFileName());
    if (file.sizeBytes() != expectedBytes) {
      throw corrupt(file.sizeBytes(), expectedBytes + " bytes", file.sizeBytes() + " bytes");
    }
    owner = readHeader(kind);
    directory = readTrailer();
    checked = new AtomicReferenceArray<>(directory.size());
  }

  /// SEGMENT_CORRUPT; STORE_FAILED where the file cannot be read at all.
  static Container open(Path path, long expectedBytes, ContainerFormat.FileKind kind) {
    return open(path, expectedBytes, kind, () -> {});
  }

  /// @param onDamage run whenever damage is found, before it is thrown
  static Container open(
      Path path, long expectedBytes, ContainerFormat.FileKind kind, Runnable onDamage) {
    MappedFile file;
    try {
      file = MappedFile.open(path);
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "segment " + path + " cannot be opened: " + e.getMessage(), e);
    }
    try {
      return new Container(file, expectedBytes, kind, onDamage);
    } catch (RuntimeException e) {
      close(file);
      throw e;
    }
  }

  String name() {
    return name;
  }

  long sizeBytes() {
    return file.sizeBytes();
  }

  ContainerFormat.Owner owner() {
    return owner;
  }

  boolean has(BlockKind kind, int id, int block) {
    return directory.find(kind.id(), id, block) >= 0;
  }

  /// Ids of all blocks of a kind, ascending.
  int[] ids(BlockKind kind) {
    return directory.ids(kind.id());
  }

  /// A block that must be there.
  Block require(BlockKind kind, int id, int block) {
    Block found = find(kind, id, block);
    if (found == null) {
      throw corrupt(
          directory.byteOffset(), "a block " + kind + " " + id + "/" + block, "no such block");
    }
    return found;
  }

  @Nullable Block find(BlockKind kind, int id, int block) {
    int entry = directory.find(kind.id(), id, block);
    if (entry < 0) {
      return null;
    }
    Block known = checked.get(entry);
    if (known == null) {
      known = check(entry);
      checked.set(entry, known);
    }
    return known;
  }

  /// Reads and checks every byte, known or not; the faults found, in file order.
  List<Fault> verifyBytes() {
    List<Fault> faults = new ArrayList<>();
    try {
      readHeader(owner.kind());
      long directoryEnd = readTrailer().end();
      checkPadding(directoryEnd);
      if (ContainerFormat.aligned(directoryEnd)
          != file.sizeBytes() - ContainerFormat.TRAILER_BYTES) {
        throw corrupt(directoryEnd, "the trailer", "other bytes");
      }
    } catch (CorruptSegmentException e) {
      faults.add(e.fault());
    }
    long expectedAt = ContainerFormat.HEADER_BYTES;
    for (int entry : directory.byPosition()) {
      long at = directory.byteOffset(entry);
      try {
        if (at != expectedAt) {
          faults.add(fault(at, "a block at " + expectedAt, "a block at " + at));
        }
        check(entry);
        checkPadding(at + BlockHeader.BYTES + directory.storedLength(entry));
      } catch (CorruptSegmentException e) {
        faults.add(e.fault());
      }
      expectedAt = ContainerFormat.aligned(at + BlockHeader.BYTES + directory.storedLength(entry));
    }
    if (expectedAt != directory.byteOffset()) {
      faults.add(fault(expectedAt, "the directory", "the directory at " + directory.byteOffset()));
    }
    return faults;
  }

  private void checkPadding(long from) {
    int length = (int) (ContainerFormat.aligned(from) - from);
    byte[] padding = read(from, length).array();
    for (int i = 0; i < length; i++) {
      if (padding[i] != 0) {
        throw corrupt(from + i, "0", Integer.toString(padding[i] & 0xff));
      }
    }
  }

  private ContainerFormat.Owner readHeader(ContainerFormat.FileKind kind) {
    if (file.sizeBytes() < ContainerFormat.HEADER_BYTES + ContainerFormat.TRAILER_BYTES) {
      throw corrupt(0, "header and trailer", file.sizeBytes() + " bytes");
    }
    ByteBuffer header = read(0, ContainerFormat.HEADER_BYTES);
    checkFrame(header, 0, ContainerFormat.HEADER_MAGIC);
    if (header.getShort(10) != kind.id()) {
      throw corrupt(10, "a file of kind " + kind, "kind " + header.getShort(10));
    }
    return new ContainerFormat.Owner(
        kind, header.getInt(12), header.getInt(16), header.getInt(20), header.getInt(24));
  }

  private Directory readTrailer() {
    long trailerAt = file.sizeBytes() - ContainerFormat.TRAILER_BYTES;
    ByteBuffer trailer = read(trailerAt, ContainerFormat.TRAILER_BYTES);
    checkFrame(trailer, trailerAt, ContainerFormat.TRAILER_MAGIC);
    long directoryAt = trailer.getLong(16);
    long storedLength = trailer.getLong(24);
    if (trailer.getLong(32) != file.sizeBytes()) {
      throw corrupt(trailerAt + 32, file.sizeBytes() + " bytes", trailer.getLong(32) + " bytes");
    }
    Block block = check(directoryAt, BlockKind.DIRECTORY.id(), 0, 0, storedLength);
    return Directory.parse(read(block), block.byteOffset(), this::corrupt);
  }

  private void checkFrame(ByteBuffer frame, long at, byte[] magic) {
    byte[] found = Arrays.copyOf(frame.array(), magic.length);
    if (!Arrays.equals(found, magic)) {
      throw corrupt(at, "the mark of a segment", "other bytes");
    }
    int crc = BlockHeader.crc(frame, 0, ContainerFormat.CRC_AT);
    if (frame.getInt(ContainerFormat.CRC_AT) != crc) {
      throw corrupt(at, hex(frame.getInt(ContainerFormat.CRC_AT)), hex(crc));
    }
    int version = frame.getShort(8);
    if (version != ContainerFormat.VERSION) {
      throw new TytoException(
          ErrorCode.STORE_UNSUITABLE,
          "segment %s has format version %d, this Tyto reads %d: use the newer Tyto that wrote it"
              .formatted(name, version, ContainerFormat.VERSION));
    }
  }

  /// The payload, copied to the heap.
  ByteBuffer read(Block block) {
    return read(
        block.byteOffset() + BlockHeader.BYTES, Math.toIntExact(block.header().storedLength()));
  }

  private ByteBuffer read(long byteOffset, int length) {
    ByteBuffer buffer = ContainerFormat.buffer(length);
    readFully(byteOffset, buffer.array(), length);
    return buffer;
  }

  private void readFully(long byteOffset, byte[] target, int length) {
    try {
      file.read(byteOffset, target, 0, length);
    } catch (IOException e) {
      throw corrupt(fault(byteOffset, length + " bytes", String.valueOf(e.getMessage())), e);
    }
  }

  private Block check(int entry) {
    return check(
        directory.byteOffset(entry),
        directory.kind(entry),
        directory.id(entry),
        directory.block(entry),
        directory.storedLength(entry));
  }

  private Block check(long at, int kind, int id, int block, long storedLength) {
    long payloadAt = at + BlockHeader.BYTES;
    long end = file.sizeBytes() - SLACK_BYTES;
    if (at < 0
        || at % ContainerFormat.ALIGNMENT != 0
        || storedLength < 0
        || storedLength > end - payloadAt) {
      throw corrupt(at, "a block inside the file", storedLength + " bytes at " + at);
    }
    BlockHeader header = BlockHeader.read(read(at, BlockHeader.BYTES));
    if (header == null) {
      throw corrupt(at, "a block header", "bytes that do not match their checksum");
    }
    if (header.kind() != kind
        || header.id() != id
        || header.block() != block
        || header.storedLength() != storedLength) {
      throw corrupt(
          at,
          "block kind %d, id %d, number %d, %d bytes".formatted(kind, id, block, storedLength),
          "kind %d, id %d, number %d, %d bytes"
              .formatted(header.kind(), header.id(), header.block(), header.storedLength()));
    }
    int crc = payloadCrc(payloadAt, storedLength);
    if (crc != header.payloadCrc()) {
      throw corrupt(payloadAt, "CRC32C " + hex(header.payloadCrc()), hex(crc));
    }
    MemorySegment payload = file.segment().asSlice(payloadAt, storedLength + SLACK_BYTES);
    return new Block(at, header, encodingOf(header), codecOf(header), payload);
  }

  private Encoding encodingOf(BlockHeader header) {
    Encoding encoding = header.encoding();
    if (encoding == null) {
      throw tooNew("encoding " + header.encodingId());
    }
    return encoding;
  }

  private Codec codecOf(BlockHeader header) {
    Codec codec = header.codec();
    if (codec == null) {
      throw tooNew("codec " + header.codecId());
    }
    if (header.cipherId() != BlockHeader.NO_CIPHER) {
      throw tooNew("cipher " + header.cipherId());
    }
    return codec;
  }

  private TytoException tooNew(String feature) {
    return new TytoException(
        ErrorCode.STORE_UNSUITABLE,
        "segment " + name + " uses " + feature + ": use the newer Tyto that wrote it");
  }

  private int payloadCrc(long at, long length) {
    byte[] buffer = new byte[(int) Math.min(CHECK_BYTES, Math.max(length, 1))];
    CRC32C crc = new CRC32C();
    for (long done = 0; done < length; ) {
      int count = (int) Math.min(buffer.length, length - done);
      readFully(at + done, buffer, count);
      crc.update(buffer, 0, count);
      done += count;
    }
    return (int) crc.getValue();
  }

  CorruptSegmentException corrupt(long byteOffset, String expected, String actual) {
    return corrupt(fault(byteOffset, expected, actual), null);
  }

  private CorruptSegmentException corrupt(Fault fault, @Nullable Throwable cause) {
    onDamage.run();
    return new CorruptSegmentException(fault, cause);
  }

  /// What to throw when decoding a block failed. Its checksum was right, so either it was written
  /// wrong or the mapping lost its file; what is no fault of the bytes is returned as it came.
  RuntimeException unreadable(@Nullable Block block, Throwable cause) {
    if (cause instanceof TytoException known) {
      return known;
    }
    if (cause instanceof IllegalStateException closed) {
      return closed;
    }
    long at = block == null ? 0 : block.byteOffset();
    String what = block == null ? "a block" : "readable " + block.encoding();
    return corrupt(fault(at, what, String.valueOf(cause)), cause);
  }

  private Fault fault(long byteOffset, String expected, String actual) {
    return new Fault(name, byteOffset, expected, actual);
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }

  @Override
  public void close() {
    close(file);
  }

  private static void close(MappedFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "segment " + file.path() + " cannot be closed", e);
    }
  }
}
