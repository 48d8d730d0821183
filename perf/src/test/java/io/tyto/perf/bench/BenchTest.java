package io.tyto.perf.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The comparison on few events: fails on wrong answers, never on time.
class BenchTest {
  private static final int ROWS = 300_000;

  @TempDir Path folder;

  @Test
  void everyAnswerIsDuckDbs() {
    StringWriter text = new StringWriter();
    int code =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(text))
            .execute(
                ("--rows %d --settling 0 --warmups 0 --runs 1 --patience 0 --http --cold"
                        + " --data %s")
                    .formatted(ROWS, folder)
                    .split(" "));
    String printed = text.toString();
    assertEquals(0, code, printed);
    assertEquals(29, printed.lines().filter(line -> line.matches("Q\\d\\d .*")).count(), printed);
    assertTrue(printed.contains("geometric mean"), printed);
    assertTrue(printed.contains("every question answered with a heap of 512 MiB"), printed);
  }

  @Test
  void whoAnswersTheSameIsMeasuredBesideUs() {
    StringWriter text = new StringWriter();
    int code =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(text))
            .execute(
                ("gateway --rows 20000 --rate 50 --seconds 0.2 --warmup 0.2 --rounds 1"
                        + " --connections 2 --data "
                        + folder)
                    .split(" "));
    String printed = text.toString();
    assertEquals(0, code, printed);
    assertEquals(10, printed.lines().filter(line -> line.matches(".*: (met|missed)")).count());
  }

  @Test
  void hostileQueriesAllEnd() {
    StringWriter text = new StringWriter();
    int code =
        new CommandLine(new BenchCommand())
            .setOut(new PrintWriter(text))
            .execute(
                ("hostile --rows 20000 --hostile 3 --rate 20 --seconds 0.5 --warmup 0.1 --data "
                        + folder)
                    .split(" "));
    String printed = text.toString();
    assertEquals(0, code, printed);
    assertTrue(printed.contains("hostile queries: an answer"), printed);
    assertTrue(printed.contains("the process lives"), printed);
  }

  @Test
  void eventsAreTheSameHoweverTheyAreWritten() throws IOException {
    EventModel model = new EventModel(50_000);
    for (EventFile.Format format : EventFile.Format.values()) {
      Path one = folder.resolve("one");
      Path two = folder.resolve("two");
      new EventFile(model, format).write(one, 1);
      new EventFile(model, format).write(two, 2);
      assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
      int lines = format == EventFile.Format.CSV ? 50_001 : 50_000;
      assertEquals(lines, Files.readAllLines(one).size(), format.name().toLowerCase(Locale.ROOT));
    }
  }
}
