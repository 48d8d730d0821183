package io.tyto.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Counts the bytes that were read of a stream.
final class CountingStream extends FilterInputStream {
  private volatile long bytes;

  CountingStream(InputStream content) {
    super(content);
  }

  long bytes() {
    return bytes;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    int read = in.read(target, from, length);
    count(Math.max(0, read));
    return read;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads the stream
  private void count(int more) {
    bytes += more;
  }
}
