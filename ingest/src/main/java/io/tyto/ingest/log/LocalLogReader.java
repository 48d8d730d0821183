package io.tyto.ingest.log;

import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the files of a local log in order. Damage and missing files become gaps.
final class LocalLogReader implements LogReader {
  private final Disk disk;
  private final List<LogFile> files;
  private final long from;
  private final long end;
  private long offset;
  private int fileIndex;
  private Disk.@Nullable File file;
  private @Nullable FrameScanner scanner;

  /// What lay before the oldest file, until it was given.
  private LogEntry.@Nullable Gap missing;

  LocalLogReader(Disk disk, List<LogFile> files, long from, long end) {
    this.disk = disk;
    this.files = files;
    this.end = end;
    this.from = from;
    while (fileIndex + 1 < files.size() && files.get(fileIndex + 1).first() <= from) {
      fileIndex++;
    }
    this.offset = files.get(fileIndex).first();
    if (from < offset) {
      missing = new LogEntry.Gap(from, offset, "log files before it are missing");
    }
  }

  @Override
  public @Nullable LogEntry next() {
    LogEntry.Gap before = missing;
    if (before != null) {
      missing = null;
      return before;
    }
    try {
      while (offset < end) {
        LogEntry entry = step();
        if (entry != null && isWanted(entry)) {
          return entry;
        }
      }
      return null;
    } catch (IOException e) {
      throw DiskErrors.failed("read the log file " + files.get(fileIndex).path(), e);
    }
  }

  @Override
  public boolean isReady() {
    return offset < end;
  }

  @Override
  public long position() {
    return missing == null ? Math.max(from, offset) : from;
  }

  @Override
  public void close() {
    closeFile();
  }

  private boolean isWanted(LogEntry entry) {
    return switch (entry) {
      case LogRecord record -> record.offset() >= from;
      case LogEntry.Gap gap -> gap.next() > from;
      case RawEvent raw -> raw.offset() >= from;
    };
  }

  private @Nullable LogEntry step() throws IOException {
    FrameScanner frames = scanner;
    if (frames == null) {
      frames = openFile();
    }
    if (offset == endOfFile()) {
      // What may follow here was never acknowledged: the write failed, and the next file began.
      return nextFile(frames.position());
    }
    return switch (frames.find(offset)) {
      case RECORD -> {
        offset++;
        yield frames.record();
      }
      case END -> nextFile(frames.position());
      case DAMAGE -> damage(frames);
    };
  }

  private long endOfFile() {
    return fileIndex + 1 < files.size() ? files.get(fileIndex + 1).first() : end;
  }

  private FrameScanner openFile() throws IOException {
    Disk.File opened = disk.openForRead(files.get(fileIndex).path());
    file = opened;
    FrameScanner frames = new FrameScanner(opened, LogFile.HEADER_BYTES);
    scanner = frames;
    return frames;
  }

  /// Between two files nothing may be missing; what is, is a gap.
  private LogEntry.@Nullable Gap nextFile(long position) {
    String where = files.get(fileIndex).path() + " byteOffset " + position;
    closeFile();
    long next = endOfFile();
    fileIndex++;
    long expected = offset;
    offset = next;
    return expected < next ? gap(expected, next, where) : null;
  }

  private LogEntry.@Nullable Gap damage(FrameScanner frames) throws IOException {
    String where = files.get(fileIndex).path() + " byteOffset " + frames.position();
    FrameScanner.Damage damage = frames.classify(offset);
    if (!damage.hasMore()) {
      return nextFile(frames.position());
    }
    long expected = offset;
    offset = Math.min(damage.resumeOffset(), endOfFile());
    frames.resumeAt(damage.resumeAt());
    return expected < offset ? gap(expected, offset, where) : null;
  }

  private LogEntry.Gap gap(long expected, long next, String where) {
    return new LogEntry.Gap(Math.max(expected, from), next, where);
  }

  private void closeFile() {
    Disk.File open = file;
    file = null;
    scanner = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw DiskErrors.failed("close a log file", e);
      }
    }
  }
}
