package io.tyto.ingest.log;

import io.tyto.store.Disk;
import io.tyto.store.maintenance.Fault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads the log of a partition from its first byte to its last without taking part in it: no lock,
/// no change, and its owner may write and trim meanwhile.
///
/// @param logId of the files, empty where there are none with an intact header
/// @param next offset behind the last record
/// @param records that were read
/// @param bytes of all files
/// @param faults what is damaged or missing; an interrupted last write is none
public record LogInspection(
    Optional<UUID> logId, long next, long records, long bytes, List<Fault> faults) {
  public LogInspection {
    faults = List.copyOf(faults);
  }

  /// @param folder of one partition's log; need not exist
  public static LogInspection of(Disk disk, Path folder) throws IOException {
    Walk walk = new Walk();
    List<LogFile> files = LogFile.list(disk, folder);
    for (int i = 0; i < files.size(); i++) {
      long end = i + 1 < files.size() ? files.get(i + 1).first() : Long.MAX_VALUE;
      try (Disk.File file = disk.openForRead(files.get(i).path())) {
        walk.over(files.get(i), file, end);
      } catch (NoSuchFileException | FileNotFoundException _) {
        // Its owner trimmed it since it was listed; what follows begins where it says.
        walk.hasStarted = false;
      }
    }
    return new LogInspection(walk.logId, walk.next, walk.records, walk.bytes, walk.faults);
  }

  private static final class Walk {
    private final List<Fault> faults = new ArrayList<>();
    private Optional<UUID> logId = Optional.empty();
    private boolean hasStarted;
    private long next;
    private long records;
    private long bytes;

    /// @param end first offset of the next file; what lies beyond was never acknowledged
    private void over(LogFile logFile, Disk.File file, long end) throws IOException {
      boolean isLast = end == Long.MAX_VALUE;
      bytes += file.size();
      if (isLast && file.size() <= LogFile.HEADER_BYTES && logFile.readLogId(file).isEmpty()) {
        // About to be taken into use, or a crash came before it was.
        return;
      }
      readHeader(logFile, file);
      if (hasStarted && next < logFile.first()) {
        fault(logFile, 0, "a record with offset " + next, "offset " + logFile.first());
      }
      hasStarted = true;
      next = logFile.first();
      FrameScanner scanner = new FrameScanner(file, LogFile.HEADER_BYTES);
      while (next < end) {
        switch (scanner.find(next)) {
          case RECORD -> {
            next++;
            records++;
          }
          case END -> {
            return;
          }
          case DAMAGE -> {
            FrameScanner.Damage damage = scanner.classify(next);
            if (isLast && damage.isTorn()) {
              return;
            }
            fault(logFile, scanner.position(), "record %d, intact".formatted(next), "damage");
            if (!damage.hasMore()) {
              // Told once: what the next file begins with is not another fault.
              next = isLast ? next : end;
              return;
            }
            scanner.resumeAt(damage.resumeAt());
            next = damage.resumeOffset();
          }
        }
      }
    }

    private void readHeader(LogFile logFile, Disk.File file) throws IOException {
      Optional<UUID> found = logFile.readLogId(file);
      if (found.isEmpty()) {
        fault(logFile, 0, "an intact header of %d bytes".formatted(LogFile.HEADER_BYTES), "damage");
      } else if (logId.isPresent() && !logId.equals(found)) {
        fault(logFile, 0, "log " + logId.get(), "log " + found.get());
      } else {
        logId = found;
      }
    }

    private void fault(LogFile file, long byteOffset, String expected, String actual) {
      faults.add(new Fault(file.path().toString(), byteOffset, "I8", expected, actual));
    }
  }
}
