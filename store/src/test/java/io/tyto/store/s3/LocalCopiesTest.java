package io.tyto.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalCopiesTest {
  private static final int KEPT = 2;

  @TempDir Path folder;
  private final List<String> fetched = new ArrayList<>();

  private LocalCopies open() {
    return new LocalCopies(Disk.SYSTEM, folder, 30, KEPT);
  }

  private Path ask(LocalCopies copies, String key) {
    return copies.of(
        key,
        file -> {
          synchronized (fetched) {
            fetched.add(key);
          }
          file.append(ByteBuffer.wrap(new byte[10]));
        });
  }

  @Test
  void whatNobodyAskedForTheLongestGoesFirst() {
    LocalCopies copies = open();
    Path a = ask(copies, "s/a");
    Path b = ask(copies, "s/b");
    Path c = ask(copies, "s/c");
    assertEquals(a, ask(copies, "s/a"));
    ask(copies, "s/d");
    assertTrue(Files.exists(a));
    assertFalse(Files.exists(b));
    assertTrue(Files.exists(c));
    ask(copies, "s/b");
    assertFalse(Files.exists(c));
    assertEquals(List.of("s/a", "s/b", "s/c", "s/d", "s/b"), fetched);
  }

  @Test
  void theLastOnesStayWhateverTheirSize() {
    LocalCopies copies = open();
    Path small = ask(copies, "s/small");
    Path large = copies.of("s/large", file -> file.append(ByteBuffer.wrap(new byte[100])));
    assertTrue(Files.exists(small));
    assertTrue(Files.exists(large));
    Path next = ask(copies, "s/next");
    assertFalse(Files.exists(small));
    assertTrue(Files.exists(large));
    ask(copies, "s/last");
    assertFalse(Files.exists(large));
    assertTrue(Files.exists(next));
  }

  @Test
  void theyOutliveTheProcessAndAreDropped() throws IOException {
    Path a = ask(open(), "s/a");
    LocalCopies later = open();
    assertEquals(a, ask(later, "s/a"));
    assertEquals(List.of("s/a"), fetched);
    later.drop("s/a");
    assertFalse(Files.exists(a));
    Files.delete(ask(later, "s/b"));
    assertTrue(Files.exists(ask(later, "s/b")));
  }

  @Test
  void aFetchThatFailsLeavesNothing() throws IOException {
    LocalCopies copies = open();
    assertThrows(
        TytoException.class,
        () ->
            copies.of(
                "s/a",
                file -> {
                  file.append(ByteBuffer.wrap(new byte[5]));
                  throw new IOException("injected");
                }));
    assertEquals(List.of(), Disk.SYSTEM.list(folder.resolve("tmp")));
    assertEquals(10, Files.size(ask(copies, "s/a")));
  }

  @Test
  void ofManyWhoAskAtOnceOneFetches() throws Exception {
    LocalCopies copies = open();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Path>> asked = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        asked.add(pool.submit(() -> ask(copies, "s/a")));
      }
      for (Future<Path> each : asked) {
        assertEquals(10, Files.size(each.get()));
      }
    }
    assertEquals(List.of("s/a"), fetched);
  }
}
