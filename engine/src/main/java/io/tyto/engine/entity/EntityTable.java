package io.tyto.engine.entity;

/// Entity key -> dense id within one shard, off-heap.
///
/// Thread-safety: one writer (the partition's thread) calls {@link #idOf}, {@link #find} and {@link
/// #restore}; {@link #size} and {@link #forEach} up to a size read before are safe from any thread.
/// Lifetime: memory is freed by {@link #close}, which must come after the last reader.
public final class EntityTable implements AutoCloseable {

  /// Receives one entity.
  @FunctionalInterface
  public interface Visitor {
    void entity(int id, byte[] key);
  }

  public EntityTable() {}

  /// The key's id, given now if it is new.
  public int idOf(byte[] key) {
    throw new UnsupportedOperationException();
  }

  /// The key's id, or 0 where it has none.
  public int find(byte[] key) {
    throw new UnsupportedOperationException();
  }

  /// Puts back what a STATE segment holds; ids must ascend from call to call and may leave gaps.
  public void restore(int id, byte[] key) {
    throw new UnsupportedOperationException();
  }

  /// The highest id given.
  public int size() {
    throw new UnsupportedOperationException();
  }

  /// Entities with ids in `[fromId, toId]`, ascending; ids without a key are left out.
  public void forEach(int fromId, int toId, Visitor visitor) {
    throw new UnsupportedOperationException();
  }

  /// Off-heap bytes in use.
  public long sizeBytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
