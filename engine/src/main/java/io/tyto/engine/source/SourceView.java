package io.tyto.engine.source;

import org.jspecify.annotations.Nullable;

/// Rows of a source seen otherwise: what is said of them all is the source's, and cells are not
/// offered, as they may tell what the view does not. Thread-safe as the source is.
public interface SourceView extends RowSource {
  RowSource source();

  @Override
  default int rowCount() {
    return source().rowCount();
  }

  @Override
  default int schemaVersion() {
    return source().schemaVersion();
  }

  @Override
  default int partition() {
    return source().partition();
  }

  @Override
  default String name() {
    return source().name();
  }

  @Override
  default long storedBytes() {
    return source().storedBytes();
  }

  @Override
  default @Nullable LongRange distantTimes() {
    return source().distantTimes();
  }
}
