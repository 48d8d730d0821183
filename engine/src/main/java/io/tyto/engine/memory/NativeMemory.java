package io.tyto.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/// Zeroed memory outside the heap, aligned to 64 bytes.
///
/// Thread-safe as far as plain memory is: any thread may read and write it, ordering is the user's.
/// Lifetime: until {@link #close}; an access after it throws IllegalStateException, it never
/// crashes.
public final class NativeMemory implements AutoCloseable {
  private static final long ALIGNMENT_BYTES = 64;
  private static final AtomicLong ALLOCATED = new AtomicLong();

  private final Arena arena;
  private final MemorySegment segment;
  private boolean isClosed;

  private NativeMemory(long bytes) {
    arena = Arena.ofShared();
    segment = arena.allocate(bytes, ALIGNMENT_BYTES);
    ALLOCATED.addAndGet(bytes);
  }

  public static NativeMemory allocate(long bytes) {
    return new NativeMemory(bytes);
  }

  /// Bytes allocated by this process and not closed yet.
  public static long allocatedBytes() {
    return ALLOCATED.get();
  }

  public MemorySegment segment() {
    return segment;
  }

  public long sizeBytes() {
    return segment.byteSize();
  }

  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      ALLOCATED.addAndGet(-segment.byteSize());
      arena.close();
    }
  }
}
