package io.tyto.engine.segment;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sealed segment, mapped read-only.
///
/// Thread-safe; its column readers are not. Lifetime: the opener holds it once; {@link #retain}
/// adds a holder, and the last {@link #release} unmaps it.
public final class Segment implements RowSource {
  private Segment() {}

  /// Maps the file and checks its header and footer, not its blocks. SEGMENT_CORRUPT.
  ///
  /// @param expectedBytes the length its manifest entry names
  public static Segment open(Path file, long expectedBytes) {
    throw new UnsupportedOperationException("written next");
  }

  public Segment retain() {
    throw new UnsupportedOperationException("written next");
  }

  public void release() {
    throw new UnsupportedOperationException("written next");
  }

  /// Reads every byte again and decodes every value; empty when all is well.
  public List<Fault> verify() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public int rowCount() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public int schemaVersion() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public int partition() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public String name() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public long storedBytes() {
    throw new UnsupportedOperationException("written next");
  }
}
