package io.tyto.ingest.decode;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// The stretch of a stream that a framer looks at. It grows while a record is looked for and moves
/// when one has been taken; {@link DecodeLimits#MAX_RECORD_BYTES} bounds what framers make it hold.
///
/// Places are relative to the current position, so they stay right when bytes are moved.
final class InputBuffer implements AutoCloseable {
  private static final int MAX_RETURNED = 16;

  /// At once: what lies between is copied in the processor's cache.
  private static final int READ_BYTES = 256 << 10;

  private static final int FIRST_BYTES = 1 << 16;

  private final @Nullable InputStream stream;
  private final String name;
  private byte[] data;
  private int position;
  private int limit;

  private final Queue<byte[]> returned = new ConcurrentLinkedQueue<>();

  /// Offset in the input of `data[0]`.
  private long base;

  /// @param name of the input, for messages
  InputBuffer(InputStream stream, String name) {
    this.stream = stream;
    this.name = name;
    data = new byte[FIRST_BYTES];
  }

  /// Over bytes that are all there; they are not copied.
  InputBuffer(byte[] content) {
    stream = null;
    name = "bytes";
    data = content;
    limit = content.length;
  }

  byte[] data() {
    return data;
  }

  /// Index in {@link #data} of the current position.
  int position() {
    return position;
  }

  /// Bytes loaded from the current position on.
  int available() {
    return limit - position;
  }

  /// Offset in the input of the current position.
  long offset() {
    return base + position;
  }

  byte at(int place) {
    return data[position + place];
  }

  void advance(int bytes) {
    position += bytes;
  }

  /// Whether there is a byte at this place; loads up to it.
  boolean has(int place) {
    while (available() <= place) {
      if (!load()) {
        return false;
      }
    }
    return true;
  }

  /// Place of the first `wanted` from `from` on, or -1 if there is none before `to` or the end.
  int find(byte wanted, int from, int to) {
    int place = from;
    while (place < to && has(place)) {
      int stop = Math.min(available(), to);
      for (; place < stop; place++) {
        if (data[position + place] == wanted) {
          return place;
        }
      }
    }
    return -1;
  }

  /// Loads until so many bytes are there, the input ends, or it has taken too long and there is a
  /// whole line; returns the bytes to the end of the last whole line, 0 where there is none. The
  /// last line of an input needs no break.
  int loadLines(int bytes, long patienceNanos) {
    if (stream == null) {
      return 0;
    }
    if (data.length < bytes + LineBlock.SLACK) {
      moveTo(new byte[bytes + LineBlock.SLACK]);
    }
    long began = System.nanoTime();
    while (available() < bytes) {
      if (!load()) {
        return available();
      }
      if (System.nanoTime() - began > patienceNanos && lastBreak() >= 0) {
        break;
      }
    }
    return lastBreak() + 1;
  }

  private int lastBreak() {
    int place = available() - 1;
    while (place >= 0 && data[position + place] != '\n') {
      place--;
    }
    return place;
  }

  /// Gives the array away, in which the next `length` bytes begin at {@link #position}, and goes on
  /// behind them in another.
  void giveAway(int length) {
    position += length;
    byte[] other = returned.poll();
    moveTo(other != null && other.length == data.length ? other : new byte[data.length]);
  }

  /// Takes back an array that was given away, for the next time. Safe from any thread.
  void takeBack(byte[] array) {
    if (returned.size() < MAX_RETURNED) {
      returned.add(array);
    }
  }

  private void moveTo(byte[] target) {
    System.arraycopy(data, position, target, 0, available());
    base += position;
    limit -= position;
    position = 0;
    data = target;
  }

  @Override
  public void close() {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private boolean load() {
    if (stream == null) {
      return false;
    }
    if (position > 0) {
      System.arraycopy(data, position, data, 0, limit - position);
      base += position;
      limit -= position;
      position = 0;
    }
    int room = data.length - LineBlock.SLACK - limit;
    if (room == 0) {
      data = Arrays.copyOf(data, 2 * data.length);
      room = data.length - LineBlock.SLACK - limit;
    }
    try {
      int read = stream.read(data, limit, Math.min(room, READ_BYTES));
      limit += Math.max(read, 0);
      return read > 0;
    } catch (EOFException | ZipException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s is damaged or cut off: its gzip data cannot be read beyond byte %d of the content (%s)"
              .formatted(name, base + limit, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": " + e.getMessage(), e);
    }
  }
}
