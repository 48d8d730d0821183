package io.tyto.engine.segment;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.EncodedValues;
import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.encoding.PayloadBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// Writes blocks one after the other, then the directory. Not thread-safe.
final class ContainerWriter {
  private static final byte[] ZEROS = new byte[ContainerFormat.ALIGNMENT];

  private final SegmentSink sink;
  private final MessageDigest sha256;
  private final List<Entry> entries = new ArrayList<>();
  private final ByteBuffer header = ContainerFormat.buffer(BlockHeader.BYTES);
  private long position;

  private record Entry(int kind, int id, int block, long byteOffset, long storedLength) {}

  ContainerWriter(ContainerFormat.Owner owner, SegmentSink sink) throws IOException {
    this.sink = sink;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    ByteBuffer start = ContainerFormat.buffer(ContainerFormat.HEADER_BYTES);
    start.put(ContainerFormat.HEADER_MAGIC);
    start.putShort((short) ContainerFormat.VERSION).putShort((short) owner.kind().id());
    start.putInt(owner.projectId()).putInt(owner.groupId()).putInt(owner.collectionId());
    start.putInt(owner.partition());
    append(sealed(start));
  }

  void block(BlockKind kind, int id, int block, EncodedValues values) throws IOException {
    ByteBuffer payload = values.payload();
    entries.add(new Entry(kind.id(), id, block, position, payload.remaining()));
    CRC32C crc = new CRC32C();
    crc.update(payload.duplicate());
    header.clear();
    BlockHeader.of(kind, id, block, values, (int) crc.getValue()).write(header);
    append(header.flip());
    append(payload.duplicate());
    append(ByteBuffer.wrap(ZEROS, 0, (int) (ContainerFormat.aligned(position) - position)));
  }

  /// A block whose kind says what its bytes mean.
  void rawBlock(BlockKind kind, int id, int block, PayloadBuilder payload) throws IOException {
    ByteBuffer bytes = payload.finish();
    block(
        kind, id, block, new EncodedValues(Encoding.RAW, Codec.NONE, 0, bytes.remaining(), bytes));
  }

  /// Writes directory and trailer.
  void finish() throws IOException {
    entries.sort(
        Comparator.comparingInt(Entry::kind)
            .thenComparingInt(Entry::id)
            .thenComparingInt(Entry::block));
    PayloadBuilder directory = new PayloadBuilder();
    directory.putInt(entries.size()).putInt(0).align(ContainerFormat.ENTRY_BYTES);
    for (Entry entry : entries) {
      directory.putInt(entry.kind).putInt(entry.id).putInt(entry.block).putInt(0);
      directory.putLong(entry.byteOffset).putLong(entry.storedLength);
    }
    long directoryAt = position;
    int directoryBytes = directory.size();
    rawBlock(BlockKind.DIRECTORY, 0, 0, directory);
    ByteBuffer trailer = ContainerFormat.buffer(ContainerFormat.TRAILER_BYTES);
    trailer.put(ContainerFormat.TRAILER_MAGIC).putShort((short) ContainerFormat.VERSION);
    trailer.putLong(16, directoryAt).putLong(24, directoryBytes);
    trailer.putLong(32, position + ContainerFormat.TRAILER_BYTES);
    append(sealed(trailer));
  }

  /// Bytes written so far.
  long position() {
    return position;
  }

  /// Of all bytes written; the writer cannot be used after it.
  String sha256() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static ByteBuffer sealed(ByteBuffer frame) {
    frame.putInt(ContainerFormat.CRC_AT, BlockHeader.crc(frame, 0, ContainerFormat.CRC_AT));
    return frame.rewind();
  }

  private void append(ByteBuffer bytes) throws IOException {
    if (bytes.hasRemaining()) {
      position += bytes.remaining();
      sha256.update(bytes.duplicate());
      sink.append(bytes);
    }
  }
}
