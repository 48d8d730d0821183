package io.tyto.store.audit;

import io.tyto.model.port.AuditLog.Entry;
import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The file that is written, and where its chain has come to. For one thread at a time.
final class AuditTail {
  static final String HEAD = "head";
  static final String STOP = "server.stop";

  private static final String NEW_HEAD = "head.new";
  private static final int MAX_FILE_BYTES = 1 << 30;

  private final Path folder;
  private final Disk disk;
  private final AuditFiles.Limits limits;
  private final Clock clock;

  private Disk.@Nullable File file;
  private long number;
  private String hash = AuditLine.NOTHING;
  private String action = STOP;
  private long tornBytes;
  private boolean isDirty;

  AuditTail(Path folder, Disk disk, AuditFiles.Limits limits, Clock clock) {
    this.folder = folder;
    this.disk = disk;
    this.limits = limits;
    this.clock = clock;
  }

  static boolean isFile(Path path) {
    return String.valueOf(path.getFileName()).matches("audit-\\d{20}\\.log");
  }

  static List<Path> files(Disk disk, Path folder) throws IOException {
    return disk.list(folder).stream().filter(AuditTail::isFile).toList();
  }

  /// Finds the end of the chain and cuts off what is no whole line.
  void open() throws IOException {
    close();
    disk.createFolders(folder);
    List<Path> files = files(disk, folder);
    tornBytes = 0;
    if (files.isEmpty()) {
      return;
    }
    Disk.File last = disk.openForAppend(files.getLast());
    String text = read(last);
    int end = text.lastIndexOf('\n') + 1;
    if (end < text.length()) {
      tornBytes = (long) text.length() - end;
      last.truncate(end);
    }
    int start = end == 0 ? 0 : text.lastIndexOf('\n', end - 2) + 1;
    AuditLine line = end == 0 ? null : AuditLine.parse(text.substring(start, end - 1));
    if (line == null) {
      continueBehind(files, text.substring(0, end));
    } else {
      number = line.number();
      hash = line.hash();
      action = line.action();
    }
    file = last;
  }

  /// The last line is missing or damaged, which a verification tells: new lines go on with numbers
  /// that nobody had.
  private void continueBehind(List<Path> files, String text) throws IOException {
    String name = String.valueOf(files.getLast().getFileName());
    long first = Long.parseLong(name.substring(6, 26));
    number = first - 1 + text.lines().count();
    hash = AuditLine.NOTHING;
    action = "";
    if (text.isEmpty() && files.size() > 1) {
      try (Disk.File before = disk.openForRead(files.get(files.size() - 2))) {
        String[] lines = read(before).split("\n");
        AuditLine line = AuditLine.parse(lines[lines.length - 1]);
        hash = line == null ? AuditLine.NOTHING : line.hash();
        action = line == null ? "" : line.action();
      }
    }
  }

  static String read(Disk.File file) throws IOException {
    long size = file.size();
    if (size > MAX_FILE_BYTES) {
      throw new IOException("an audit file has %,d bytes, more than any of ours".formatted(size));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    file.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  long tornBytes() {
    return tornBytes;
  }

  /// Whether the process before ended in order.
  boolean isCleanlyEnded() {
    return tornBytes == 0 && action.equals(STOP);
  }

  void append(List<Entry> entries) throws IOException {
    // First: a new file may begin with an entry of its own.
    Disk.File target = writable();
    StringBuilder text = new StringBuilder();
    long next = number;
    String last = hash;
    String lastAction = action;
    for (Entry entry : entries) {
      AuditLine line = AuditLine.of(++next, clock.instant(), entry, last);
      text.append(line.text()).append('\n');
      last = line.hash();
      lastAction = line.action();
    }
    target.append(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII)));
    number = next;
    hash = last;
    action = lastAction;
    isDirty = true;
  }

  private Disk.File writable() throws IOException {
    Disk.File current = file;
    if (current != null && current.size() < limits.fileBytes()) {
      return current;
    }
    if (current != null) {
      force();
      close();
    }
    Path path = folder.resolve("audit-%020d.log".formatted(number + 1));
    Disk.File created = disk.create(path);
    disk.forceFolder(folder);
    file = created;
    dropOldest();
    return created;
  }

  /// The oldest files go until the rest is small enough; that they went stands in the chain.
  private void dropOldest() throws IOException {
    List<Path> files = new ArrayList<>(files(disk, folder));
    long bytes = 0;
    for (Path one : files) {
      try (Disk.File read = disk.openForRead(one)) {
        bytes += read.size();
      }
    }
    while (files.size() > 2 && bytes > limits.keptBytes()) {
      Path oldest = files.removeFirst();
      try (Disk.File read = disk.openForRead(oldest)) {
        bytes -= read.size();
      }
      String name = String.valueOf(files.getFirst().getFileName());
      long first = Long.parseLong(name.substring(6, 26));
      append(
          List.of(
              new Entry(
                  "server",
                  AuditVerifier.DROPPED,
                  String.valueOf(oldest.getFileName()),
                  "ok",
                  Map.of("first", first),
                  true)));
      force();
      disk.delete(oldest);
    }
  }

  /// Makes what was written durable, and says how far it goes.
  void force() throws IOException {
    Disk.File current = file;
    if (!isDirty || current == null) {
      return;
    }
    current.force();
    Path head = folder.resolve(NEW_HEAD);
    if (disk.exists(head)) {
      disk.delete(head);
    }
    try (Disk.File written = disk.create(head)) {
      String text = number + " " + hash + "\n";
      written.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      written.force();
    }
    disk.replace(head, folder.resolve(HEAD));
    isDirty = false;
  }

  void close() throws IOException {
    Disk.File current = file;
    file = null;
    if (current != null) {
      current.close();
    }
  }
}
