package io.tyto.engine.segment;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where a segment's bytes go: strictly forward, each byte once.
@FunctionalInterface
public interface SegmentSink {
  /// Takes all remaining bytes; the buffer is the writer's and reused after the call.
  void append(ByteBuffer bytes) throws IOException;
}
