package io.tyto.engine.memory;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// A finished file, mapped read-only, which can also be read through the file system.
///
/// The second way is for checksums: should the file have been cut short, a read is an IOException,
/// where an intrinsic over the mapping would kill the process. It does not use the channel, which
/// an interrupted thread would close under everybody else.
///
/// Thread-safe. Lifetime: until {@link #close}; an access to the mapping after it throws
/// IllegalStateException.
public final class MappedFile implements AutoCloseable {
  private static final AtomicLong MAPPED = new AtomicLong();

  private final Path path;
  private final RandomAccessFile file;
  private final Arena arena;
  private final MemorySegment segment;
  private boolean isClosed;

  private MappedFile(Path path, RandomAccessFile file) throws IOException {
    this.path = path;
    this.file = file;
    arena = Arena.ofShared();
    try {
      segment = file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, file.length(), arena);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
    MAPPED.addAndGet(segment.byteSize());
  }

  public static MappedFile open(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
    try {
      return new MappedFile(path, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Bytes mapped by this process and not closed yet.
  public static long mappedBytes() {
    return MAPPED.get();
  }

  public Path path() {
    return path;
  }

  public MemorySegment segment() {
    return segment;
  }

  /// Bytes that were mapped; the file may have been cut since.
  public long sizeBytes() {
    return segment.byteSize();
  }

  /// Fills `target[from, from + length)`; EOFException where the file ends before.
  public void read(long byteOffset, byte[] target, int from, int length) throws IOException {
    synchronized (file) {
      file.seek(byteOffset);
      int done = 0;
      while (done < length) {
        int read = file.read(target, from + done, length - done);
        if (read < 0) {
          throw new EOFException("the file ends at " + (byteOffset + done));
        }
        done += read;
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (file) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      MAPPED.addAndGet(-segment.byteSize());
      arena.close();
      file.close();
    }
  }
}
