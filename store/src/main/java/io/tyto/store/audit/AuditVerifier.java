package io.tyto.store.audit;

import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads an audit log from its first line to its last and tells whether any was changed, taken out,
/// put in or moved. Needs no lock and changes nothing.
///
/// Who can write the folder can write the whole chain anew: against that only the hash of the last
/// line helps, noted now and then somewhere else.
public final class AuditVerifier {
  static final String DROPPED = "audit.dropped";

  private static final int MAX_FAULTS = 1_000;
  private static final Pattern FIRST = Pattern.compile(".*,\"first\":(\\d{1,18}),.*");

  private final Disk disk;
  private final Path folder;
  private final List<String> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<Long> firsts = new HashSet<>();
  private long entries;
  private long firstNumber;
  private @Nullable AuditLine last;

  /// @param entries lines that were read
  /// @param hash of the last one; empty where there is none
  /// @param faults each with file and line
  /// @param notes what is no fault and worth knowing
  public record Report(long entries, String hash, List<String> faults, List<String> notes) {}

  private AuditVerifier(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /// STORE_FAILED where it cannot be read.
  public static Report verify(Path folder, Disk disk) {
    try {
      return new AuditVerifier(disk, folder).verify();
    } catch (IOException e) {
      throw DiskErrors.failed("read the audit log " + folder, e);
    }
  }

  private Report verify() throws IOException {
    for (Path file : AuditTail.files(disk, folder)) {
      try (Disk.File opened = disk.openForRead(file)) {
        verify(String.valueOf(file.getFileName()), AuditTail.read(opened));
      }
    }
    if (firstNumber > 1 && !firsts.contains(firstNumber)) {
      fault(
          "the log begins with entry %d, and no entry says that those before it were dropped"
              .formatted(firstNumber));
    }
    checkHead();
    return new Report(
        entries, last == null ? "" : last.hash(), List.copyOf(faults), List.copyOf(notes));
  }

  private void verify(String name, String text) {
    int end = text.lastIndexOf('\n') + 1;
    if (end < text.length()) {
      notes.add(
          "%s ends with %d bytes of an entry that was not finished; the next start cuts them off and notes it"
              .formatted(name, text.length() - end));
    }
    int number = 0;
    for (String line : text.substring(0, end).split("\n")) {
      number++;
      if (!line.isEmpty() || end > 0) {
        verify(name + ":" + number, AuditLine.parse(line));
      }
    }
  }

  private void verify(String where, @Nullable AuditLine line) {
    if (line == null) {
      fault(where + " is no entry");
      return;
    }
    entries++;
    if (!line.isIntact()) {
      fault("%s: entry %d was changed: its hash does not fit".formatted(where, line.number()));
    }
    AuditLine before = last;
    if (before == null) {
      firstNumber = line.number();
    } else if (line.number() != before.number() + 1) {
      fault(
          "%s: entry %d stands where %d was expected"
              .formatted(where, line.number(), before.number() + 1));
    } else if (!line.previous().equals(before.hash())) {
      fault("%s: entry %d does not follow the one before it".formatted(where, line.number()));
    }
    if (firstNumber == 1 && before == null && !line.previous().equals(AuditLine.NOTHING)) {
      fault(where + ": the first entry names one before it");
    }
    Matcher dropped = FIRST.matcher(line.text());
    if (line.action().equals(DROPPED) && dropped.matches()) {
      firsts.add(Long.parseLong(dropped.group(1)));
    }
    last = line;
    checkHead(line);
  }

  private long headNumber = -1;
  private String headHash = "";
  private boolean isHeadSeen;

  private void checkHead(AuditLine line) {
    if (headNumber < 0) {
      readHead();
    }
    if (line.number() == headNumber) {
      isHeadSeen = line.hash().equals(headHash);
    }
  }

  private void readHead() {
    headNumber = 0;
    Path head = folder.resolve(AuditTail.HEAD);
    if (!disk.exists(head)) {
      return;
    }
    try (Disk.File file = disk.openForRead(head)) {
      String[] parts = AuditTail.read(file).strip().split(" ");
      if (parts.length == 2 && parts[0].matches("\\d{1,18}")) {
        headNumber = Long.parseLong(parts[0]);
        headHash = parts[1];
      }
    } catch (IOException e) {
      throw DiskErrors.failed("read " + head, e);
    }
  }

  private void checkHead() {
    if (headNumber < 0) {
      readHead();
    }
    if (headNumber > 0 && !isHeadSeen) {
      fault(
          "entry %d, the last that was forced, is not there as it was: entries are missing at the end, or were written anew"
              .formatted(headNumber));
    } else if (headNumber == 0 && entries > 0) {
      fault("the file head is missing: whether entries are missing at the end cannot be told");
    }
  }

  private void fault(String fault) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(fault);
    }
  }
}
