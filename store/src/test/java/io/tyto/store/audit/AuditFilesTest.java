package io.tyto.store.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog.Entry;
import io.tyto.store.Disk;
import io.tyto.store.audit.AuditVerifier.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditFilesTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);

  @TempDir Path folder;

  private AuditFiles open(AuditFiles.Limits limits) {
    return AuditFiles.open(folder, Disk.SYSTEM, limits, Clock.systemUTC());
  }

  private void write(int entries) {
    try (AuditFiles audit = open(AuditFiles.Limits.DEFAULT)) {
      for (int i = 0; i < entries; i++) {
        audit.record(entry("target " + i));
      }
    }
  }

  private static Entry entry(String target) {
    return new Entry("k1", "query", target, "ok", Map.of("rows", 7L), false);
  }

  private Report verify() {
    return AuditVerifier.verify(folder, Disk.SYSTEM);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  private List<String> lines() throws IOException {
    return new ArrayList<>(Files.readAllLines(files().getFirst()));
  }

  private void put(List<String> lines) throws IOException {
    Files.write(files().getFirst(), lines);
  }

  @Test
  void aRestartGoesOnWithTheChain() throws IOException {
    write(5);
    write(5);
    Report report = verify();
    assertEquals(List.of(), report.faults());
    assertEquals(List.of(), report.notes());
    assertEquals(14, report.entries(), "each start and stop is an entry too");
    assertTrue(lines().get(7).contains("\"server.start\",\"target\":\"\",\"outcome\":\"ok\""));
  }

  @Test
  void whateverIsDoneToALineIsFound() throws IOException {
    write(20);
    List<String> good = lines();
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      List<String> lines = new ArrayList<>(good);
      int at = random.nextInt(lines.size());
      String done =
          switch (random.nextInt(5)) {
            case 0 -> {
              lines.remove(at);
              yield "taken out";
            }
            case 1 -> {
              Collections.swap(lines, at, (at + 1) % lines.size());
              yield "moved";
            }
            case 2 -> {
              lines.add(at, lines.get(random.nextInt(lines.size())));
              yield "put in";
            }
            case 3 -> {
              lines = new ArrayList<>(lines.subList(0, at));
              yield "cut off";
            }
            default -> {
              char[] text = lines.get(at).toCharArray();
              int character = random.nextInt(text.length);
              text[character] = text[character] == 'x' ? 'y' : 'x';
              lines.set(at, new String(text));
              yield "changed";
            }
          };
      put(lines);
      assertFalse(verify().faults().isEmpty(), "seed " + SEED + ": line " + at + " " + done);
    }
    put(good);
    assertEquals(List.of(), verify().faults());
  }

  @Test
  void aLineThatIsForgedWithItsHashBreaksTheNext() throws IOException {
    write(3);
    List<String> lines = lines();
    AuditLine old = AuditLine.parse(lines.get(2));
    lines.set(
        2,
        AuditLine.of(old.number(), Clock.systemUTC().instant(), entry("other"), old.previous())
            .text());
    put(lines);
    assertEquals(1, verify().faults().size());
    assertTrue(verify().faults().getFirst().contains(":4:"), verify().faults().toString());
  }

  @Test
  void theHeadTellsWhatIsMissingAtTheEnd() throws IOException {
    write(3);
    List<String> lines = lines();
    put(lines.subList(0, lines.size() - 1));
    assertTrue(verify().faults().getFirst().contains("missing at the end"));
    put(lines);
    Files.delete(folder.resolve("head"));
    assertFalse(verify().faults().isEmpty());
  }

  @Test
  void whatACrashLeftUnfinishedIsCutOffAndTold() throws IOException {
    write(3);
    Path file = files().getFirst();
    List<String> whole = lines();
    // As if it had not ended in order, in the midst of a line.
    put(whole.subList(0, whole.size() - 1));
    Files.writeString(file, "{\"number\":6,\"ti", StandardOpenOption.APPEND);
    Files.delete(folder.resolve("head"));
    assertEquals(1, verify().notes().size(), verify().notes().toString());
    write(1);
    assertEquals(List.of(), verify().faults());
    assertEquals(List.of(), verify().notes());
    List<String> lines = lines();
    assertTrue(lines.get(4).contains("\"audit.torn\""), lines.get(4));
    assertTrue(lines.get(4).contains("\"bytes\":15"), lines.get(4));
    assertTrue(lines.get(5).contains("\"outcome\":\"unclean\""), lines.get(5));
  }

  @Test
  void filesAreRolledAndTheOldestDropped() throws IOException {
    try (AuditFiles audit = open(new AuditFiles.Limits(2_000, 8_000))) {
      for (int i = 0; i < 100; i++) {
        audit.record(entry("target " + i));
      }
    }
    assertTrue(files().size() > 2 && files().size() < 8, files().toString());
    assertFalse(files().getFirst().toString().endsWith("00001.log"));
    assertEquals(List.of(), verify().faults());
    Files.delete(files().getFirst());
    assertTrue(verify().faults().getFirst().contains("dropped"), verify().faults().toString());
  }

  @Test
  void nothingThatCallersChoseCanBreakALine() throws IOException {
    try (AuditFiles audit = open(AuditFiles.Limits.DEFAULT)) {
      audit.record(entry("a\n{\"number\":99}\r\u001b[2J\u202e\"\\\u0000\u2028é"));
    }
    assertEquals(List.of(), verify().faults());
    String line = lines().get(1);
    assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 127), line);
    assertTrue(line.contains("a\\n{\\\"number\\\":99}\\r\\u001B[2J\\u202E"), line);
  }

  @Test
  void manyWritersShareOneChain() throws Exception {
    try (AuditFiles audit = open(AuditFiles.Limits.DEFAULT)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            Thread.startVirtualThread(() -> {
              for (int n = 0; n < 200; n++) {
                audit.record(entry("n " + n));
              }
            }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      // What was answered for is in the file already.
      String text = Files.readString(files().getFirst(), StandardCharsets.US_ASCII);
      assertEquals(1_601, text.lines().count());
    }
    assertEquals(List.of(), verify().faults());
  }

  @Test
  void whatIsClosedTakesNothing() {
    AuditFiles audit = open(AuditFiles.Limits.DEFAULT);
    audit.close();
    assertThrows(TytoException.class, () -> audit.submit(entry("late")));
  }
}
