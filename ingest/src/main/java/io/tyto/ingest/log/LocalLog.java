package io.tyto.ingest.log;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A log in files of our own, with a checksum per record and one fsync for many.
///
/// Written by one thread: {@link #stage} records, then {@link #commit} them all. A failed commit
/// leaves the log as if nothing had been staged. Opening cuts off an interrupted last write; damage
/// anywhere else stays where it is and shows as a {@link LogEntry.Gap} to readers.
public final class LocalLog implements EventLog {
  private static final System.Logger LOG = System.getLogger(LocalLog.class.getName());

  private static final Pattern ID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private final Disk disk;
  private final Path folder;
  private final long fileBytes;
  private final boolean isForced;
  private final UUID logId;
  private final List<LogFile> files;
  private final CRC32C crc = new CRC32C();

  private Disk.@Nullable File current;
  private volatile long stableBytes;
  private volatile long stableEnd;

  private byte[] staged = new byte[1 << 16];
  private int stagedBytes;
  private int stagedRecords;

  /// @param root exists; the names of all folders from it down to the log's are made durable
  /// @param fileBytes a file rolls when it has grown beyond this
  /// @param isForced commits wait for the disk; otherwise for the operating system only
  public static LocalLog open(Disk disk, Path root, Path folder, long fileBytes, boolean isForced) {
    try {
      makeFolders(disk, root, folder);
      List<LogFile> files = LogFile.list(disk, folder);
      dropUnfinishedFile(disk, folder, files);
      UUID logId = files.isEmpty() ? UUID.randomUUID() : commonLogId(disk, files);
      LocalLog log = new LocalLog(disk, folder, fileBytes, isForced, logId, files);
      if (files.isEmpty()) {
        log.startFile(0);
      } else {
        log.continueLastFile();
      }
      return log;
    } catch (IOException e) {
      throw DiskErrors.before("open the log in " + folder, e);
    }
  }

  /// Whether a log of that id is one of ours: these are called by a UUID, other kinds otherwise.
  public static boolean isLogId(String logId) {
    return ID.matcher(logId).matches();
  }

  private static void makeFolders(Disk disk, Path root, Path folder) throws IOException {
    Path named = root;
    for (Path name : root.relativize(folder)) {
      Path below = named.resolve(name);
      boolean isNew = !disk.isFolder(below);
      disk.createFolders(below);
      try {
        disk.forceFolder(named);
      } catch (IOException e) {
        if (isNew) {
          takeBack(disk, below);
        }
        throw e;
      }
      named = below;
    }
  }

  /// Removes a name that could not be made durable: a later force may succeed without it, so
  /// whoever opens the log next makes it anew.
  private static void takeBack(Disk disk, Path path) {
    try {
      disk.delete(path);
    } catch (IOException e) {
      LOG.log(WARNING, "left behind " + path + ", which may vanish when the power goes", e);
    }
  }

  private LocalLog(
      Disk disk, Path folder, long fileBytes, boolean isForced, UUID logId, List<LogFile> files) {
    this.disk = disk;
    this.folder = folder;
    this.fileBytes = fileBytes;
    this.isForced = isForced;
    this.logId = logId;
    this.files = new CopyOnWriteArrayList<>(files);
  }

  @Override
  public String logId() {
    return logId.toString();
  }

  @Override
  public long beginning() {
    return files.getFirst().first();
  }

  @Override
  public long stableEnd() {
    return stableEnd;
  }

  /// The offset that the next staged record gets.
  public long nextOffset() {
    return stableEnd + stagedRecords;
  }

  public int stagedBytes() {
    return stagedBytes;
  }

  /// Takes a record of a batch into the next commit and returns its offset.
  ///
  /// @param mayRepeat see {@link LogRecord}
  public long stage(RecordBatch batch, int position, boolean mayRepeat) {
    int start = batch.start(position);
    int bytes = RecordFrame.bytes(batch.bytes(), start);
    if (stagedBytes + bytes > staged.length) {
      staged = Arrays.copyOf(staged, Math.max(2 * staged.length, stagedBytes + bytes));
    }
    System.arraycopy(batch.bytes(), start, staged, stagedBytes, bytes);
    long offset = nextOffset();
    if (mayRepeat) {
      RecordFrame.markMayRepeat(staged, stagedBytes);
    }
    RecordFrame.seal(staged, stagedBytes, offset, stagedRecords, crc);
    stagedBytes += bytes;
    stagedRecords++;
    return offset;
  }

  /// Makes the staged records durable.
  ///
  /// DISK_FULL or STORE_FAILED: none of them is in the log. A file that failed is never written
  /// again, for the system may have dropped what it could not write and say nothing the next time:
  /// a new file begins at the offset up to which the old one was durable.
  public void commit() {
    if (stagedRecords == 0) {
      return;
    }
    try {
      Disk.File file = fileForWriting();
      file.append(ByteBuffer.wrap(staged, 0, stagedBytes));
      if (isForced) {
        file.force();
      }
      stableBytes += stagedBytes;
      stableEnd += stagedRecords;
    } catch (IOException e) {
      cutBack();
      throw DiskErrors.before("append to the log in " + folder, e);
    } finally {
      forgetStaged();
    }
  }

  /// Ends the file where it was durable. Otherwise another process would find records behind that,
  /// go on after them, and see its own vanish with them when the power goes.
  private void cutBack() {
    Disk.File file = current;
    if (file == null) {
      return;
    }
    try {
      file.truncate(stableBytes);
    } catch (IOException e) {
      LOG.log(WARNING, "left records behind in " + folder + " that were never acknowledged", e);
    }
    close();
  }

  /// Drops what is staged.
  public void forgetStaged() {
    stagedBytes = 0;
    stagedRecords = 0;
  }

  /// The entries that are durable now; what is committed later is for another reader.
  @Override
  public LogReader read(long from) {
    if (from > stableEnd) {
      throw new TytoException(
          ErrorCode.LOG_CORRUPT,
          "the log in %s ends at offset %d and not behind %d: its end was lost"
              .formatted(folder, stableEnd, from));
    }
    return new LocalLogReader(disk, List.copyOf(files), from, stableEnd);
  }

  /// Deletes files whose records all lie below an offset; the newest file stays.
  public synchronized void trim(long below) {
    while (files.size() > 1 && files.get(1).first() <= below) {
      LogFile oldest = files.getFirst();
      try {
        disk.delete(oldest.path());
      } catch (IOException e) {
        LOG.log(
            WARNING, "cannot delete the consumed log file " + oldest.path() + "; trying later", e);
        return;
      }
      files.removeFirst();
    }
  }

  /// Ends the newest file, so that {@link #trim} may delete it once its records are committed.
  public void roll() {
    if (stableBytes <= LogFile.HEADER_BYTES) {
      return;
    }
    try {
      Disk.File file = current;
      if (file != null) {
        file.force();
        close();
      }
      startFile(stableEnd);
    } catch (IOException e) {
      throw DiskErrors.before("start a log file in " + folder, e);
    }
  }

  /// Goes on at a higher offset: what lies between is already committed, and this log lost it.
  public void skipTo(long offset) {
    if (offset <= stableEnd) {
      return;
    }
    try {
      close();
      startFile(offset);
    } catch (IOException e) {
      throw DiskErrors.before("start a log file in " + folder, e);
    }
  }

  /// Bytes of all files, as good as the folder tells.
  public long sizeBytes() {
    long bytes = stableBytes;
    for (LogFile older : files.subList(0, files.size() - 1)) {
      try (Disk.File file = disk.openForRead(older.path())) {
        bytes += file.size();
      } catch (IOException e) {
        LOG.log(WARNING, "cannot tell the size of " + older.path(), e);
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    Disk.File open = current;
    current = null;
    if (open != null) {
      closeQuietly(open);
    }
  }

  private Disk.File fileForWriting() throws IOException {
    Disk.File file = current;
    if (file != null && stableBytes < fileBytes) {
      return file;
    }
    if (file != null) {
      // What precedes a new file must be durable before it, or a gap could look like an end.
      file.force();
      close();
    }
    return startFile(stableEnd);
  }

  private Disk.File startFile(long first) throws IOException {
    LogFile next = LogFile.in(folder, first);
    if (disk.exists(next.path())) {
      // It holds nothing durable: it failed at its first records, or before it was taken into use.
      files.remove(next);
      disk.delete(next.path());
    }
    Disk.File file = disk.create(next.path());
    try {
      file.append(LogFile.header(logId, first));
      file.force();
      disk.forceFolder(folder);
    } catch (IOException e) {
      closeQuietly(file);
      takeBack(disk, next.path());
      throw e;
    }
    files.add(next);
    current = file;
    stableBytes = LogFile.HEADER_BYTES;
    stableEnd = first;
    return file;
  }

  /// Finds the end of the last file, cuts an interrupted write off and makes the rest durable.
  private void continueLastFile() throws IOException {
    LogFile last = files.getLast();
    long end = LogFile.HEADER_BYTES;
    long offset = last.first();
    try (Disk.File file = disk.openForRead(last.path())) {
      FrameScanner scanner = new FrameScanner(file, end);
      while (true) {
        FrameScanner.Found found = scanner.find(offset);
        if (found == FrameScanner.Found.END) {
          break;
        }
        if (found == FrameScanner.Found.RECORD) {
          offset++;
          continue;
        }
        FrameScanner.Damage damage = scanner.classify(offset);
        if (damage.isTorn()) {
          break;
        }
        scanner.resumeAt(damage.resumeAt());
        offset = damage.resumeOffset();
      }
      end = scanner.position();
      long cut = file.size() - end;
      if (cut > 0) {
        LOG.log(
            WARNING,
            "{0}: cut off {1} bytes of an interrupted write at byteOffset {2}; they were never"
                + " acknowledged",
            last.path(),
            cut,
            end);
      }
    }
    stableBytes = end;
    stableEnd = offset;
    Disk.File file = disk.openForAppend(last.path());
    try {
      file.truncate(end);
      file.force();
    } catch (IOException e) {
      closeQuietly(file);
      throw e;
    }
    current = file;
  }

  /// A crash between creating a file and writing its header leaves a name with nothing in it.
  private static void dropUnfinishedFile(Disk disk, Path folder, List<LogFile> files)
      throws IOException {
    if (files.isEmpty()) {
      return;
    }
    LogFile last = files.getLast();
    boolean isUnfinished;
    try (Disk.File file = disk.openForRead(last.path())) {
      isUnfinished = file.size() <= LogFile.HEADER_BYTES && last.readLogId(file).isEmpty();
    }
    if (isUnfinished) {
      LOG.log(WARNING, "{0}: dropped a log file that was never taken into use", last.path());
      disk.delete(last.path());
      disk.forceFolder(folder);
      files.removeLast();
    }
  }

  private static UUID commonLogId(Disk disk, List<LogFile> files) throws IOException {
    UUID common = null;
    for (LogFile logFile : files) {
      Optional<UUID> id;
      try (Disk.File file = disk.openForRead(logFile.path())) {
        id = logFile.readLogId(file);
      }
      if (id.isEmpty()) {
        throw new TytoException(
            ErrorCode.LOG_CORRUPT,
            "%s: the header (byteOffset 0 to %d) is damaged. Restore the file from a backup, or move"
                    .formatted(logFile.path(), LogFile.HEADER_BYTES)
                + " it away and start once with --log-gap-policy continue");
      }
      if (common != null && !common.equals(id.get())) {
        throw new TytoException(
            ErrorCode.LOG_CORRUPT,
            "%s belongs to log %s, but its neighbours to log %s. Move the foreign file away"
                .formatted(logFile.path(), id.get(), common));
      }
      common = id.get();
    }
    return Objects.requireNonNull(common);
  }

  private static void closeQuietly(Disk.File file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.log(WARNING, "closing a log file failed; what was committed is already durable", e);
    }
  }
}
