package io.tyto.ingest.partition;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for the partition's writer, bounded by bytes. Many threads put, one takes.
final class BatchQueue {
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final Queue<Command> commands = new ArrayDeque<>();
  private long bytes;
  private boolean isClosed;

  BatchQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// OVERLOADED where the queue is full, DRAINING where it is closed. A batch larger than the whole
  /// queue is taken by an empty one.
  void offer(Command command) {
    lock.lock();
    try {
      requireOpen();
      if (!hasRoom(command)) {
        throw new TytoException(
            ErrorCode.OVERLOADED,
            "%d bytes of events already wait to be written, the limit is %d. Send again in a moment"
                .formatted(bytes, maxBytes));
      }
      add(command);
    } finally {
      lock.unlock();
    }
  }

  /// Like {@link #offer}, but waits for room.
  void put(Command command) throws InterruptedException {
    lock.lock();
    try {
      while (!isClosed && !hasRoom(command)) {
        taken.await();
      }
      requireOpen();
      add(command);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is a command, the queue is closed, or the time is up.
  void await(long timeoutNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = timeoutNanos;
      while (commands.isEmpty() && !isClosed && left > 0) {
        left = arrived.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// The next command, or null if none comes in time.
  @Nullable Command poll(long timeoutNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = timeoutNanos;
      while (commands.isEmpty() && !isClosed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      Command command = commands.poll();
      if (command != null) {
        bytes -= command.sizeBytes();
        taken.signalAll();
      }
      return command;
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more; what waits can still be polled.
  void close() {
    lock.lock();
    try {
      isClosed = true;
      arrived.signalAll();
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isDrained() {
    lock.lock();
    try {
      return isClosed && commands.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Waits without taking anything, so that a full tail does not spin.
  void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  private boolean hasRoom(Command command) {
    return bytes == 0 || bytes + command.sizeBytes() <= maxBytes;
  }

  private void add(Command command) {
    commands.add(command);
    bytes += command.sizeBytes();
    arrived.signal();
  }

  private void requireOpen() {
    if (isClosed) {
      throw new TytoException(
          ErrorCode.DRAINING, "this server is stopping and takes no more events; send to it later");
    }
  }
}
