package io.tyto.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disk forgets exactly what a real one may forget.
final class FaultDiskTest {
  @TempDir Path folder;
  private Path root;
  private FaultDisk disk;

  @BeforeEach
  void open() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(root.resolve("old"), "old");
    disk = new FaultDisk(root);
  }

  private void write(String name, String text, boolean isForced) throws IOException {
    try (Disk.File file = disk.create(root.resolve(name))) {
      append(file, text);
      if (isForced) {
        file.force();
      }
    }
  }

  private static void append(Disk.File file, String text) throws IOException {
    file.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aNameAndItsContentAreDurableOnlyIfBothWereForced() throws IOException {
    write("both", "content", true);
    write("nameOnly", "content", false);
    disk.forceFolder(root);
    write("contentOnly", "content", true);
    disk.losePower();
    assertEquals("old", Files.readString(root.resolve("old")));
    assertEquals("content", Files.readString(root.resolve("both")));
    assertEquals("", Files.readString(root.resolve("nameOnly")));
    assertFalse(Files.exists(root.resolve("contentOnly")));
  }

  @Test
  void aRestartForgetsNothingButClosesFiles() throws IOException {
    Disk.File file = disk.create(root.resolve("a"));
    append(file, "seen");
    disk.crashAt(disk.steps() + 1);
    assertThrows(SimulatedCrash.class, () -> append(file, "12345678"));
    assertThrows(SimulatedCrash.class, () -> disk.list(root));
    disk.restart();
    assertThrows(IOException.class, () -> append(file, "x"));
    assertEquals("seen1234", Files.readString(root.resolve("a")), "half of the last write");
    disk.losePower();
    assertFalse(Files.exists(root.resolve("a")));
  }

  @Test
  void aDeletionIsDurableOnceTheFolderWasForced() throws IOException {
    disk.delete(root.resolve("old"));
    disk.losePower();
    assertEquals("old", Files.readString(root.resolve("old")));
    disk.delete(root.resolve("old"));
    disk.forceFolder(root);
    disk.losePower();
    assertFalse(Files.exists(root.resolve("old")));
  }

  @Test
  void aNameReplacedAndNotForcedComesBackAsItWas() throws IOException {
    disk.delete(root.resolve("old"));
    write("old", "new", true);
    disk.losePower();
    assertEquals("old", Files.readString(root.resolve("old")));
  }

  @Test
  void aLinkSharesContentButHasANameOfItsOwn() throws IOException {
    write("tmp", "content", true);
    disk.createFolders(root.resolve("keys"));
    disk.forceFolder(root);
    assertTrue(disk.link(root.resolve("tmp"), root.resolve("keys/1")));
    assertFalse(disk.link(root.resolve("old"), root.resolve("keys/1")));
    disk.forceFolder(root.resolve("keys"));
    disk.delete(root.resolve("tmp"));
    disk.forceFolder(root);
    disk.losePower();
    assertEquals("content", Files.readString(root.resolve("keys/1")));
    assertFalse(Files.exists(root.resolve("tmp")));
  }

  @Test
  void aFolderThatIsNotDurableTakesItsFilesWithIt() throws IOException {
    disk.createFolders(root.resolve("a/b"));
    try (Disk.File file = disk.create(root.resolve("a/b/c"))) {
      file.force();
    }
    disk.forceFolder(root.resolve("a/b"));
    disk.forceFolder(root.resolve("a"));
    disk.losePower();
    assertFalse(Files.exists(root.resolve("a")));
  }

  @Test
  void whatAFailedForceDroppedNoLaterForceBringsBack() throws IOException {
    Disk.File file = disk.create(root.resolve("a"));
    append(file, "content");
    disk.failAt(disk.steps() + 1, Failure.BEFORE);
    assertThrows(IOException.class, file::force);
    file.force();
    disk.forceFolder(root);
    write("b", "content", true);
    disk.failAt(disk.steps() + 1, Failure.BEFORE);
    assertThrows(IOException.class, () -> disk.forceFolder(root));
    disk.forceFolder(root);
    disk.losePower();
    assertEquals("", Files.readString(root.resolve("a")));
    assertFalse(Files.exists(root.resolve("b")));
  }

  @Test
  void aNameMadeAnewAndAFileCutBackAreAsGoodAsAny() throws IOException {
    write("b", "content", true);
    Disk.File file = disk.create(root.resolve("a"));
    append(file, "kept");
    file.force();
    append(file, "lost");
    disk.failAt(disk.steps() + 1, Failure.BEFORE);
    assertThrows(IOException.class, file::force);
    disk.failAt(disk.steps() + 1, Failure.BEFORE);
    assertThrows(IOException.class, () -> disk.forceFolder(root));
    file.truncate(4);
    append(file, " and more");
    file.force();
    write("tmp", "content", true);
    disk.replace(root.resolve("tmp"), root.resolve("b"));
    assertTrue(disk.link(root.resolve("a"), root.resolve("c")));
    disk.forceFolder(root);
    disk.losePower();
    assertEquals("kept and more", Files.readString(root.resolve("c")));
    assertFalse(Files.exists(root.resolve("a")), "its name was dropped");
    assertEquals("content", Files.readString(root.resolve("b")));
    assertFalse(Files.exists(root.resolve("tmp")));
  }

  @Test
  void aReplacementThatWasNotForcedLeavesWhatStoodThere() throws IOException {
    write("tmp", "new", true);
    disk.replace(root.resolve("tmp"), root.resolve("old"));
    assertEquals("new", Files.readString(root.resolve("old")));
    disk.losePower();
    assertEquals("old", Files.readString(root.resolve("old")));
  }

  @Test
  void aFullDiskKeepsTheFirstPartOfAWrite() throws IOException {
    Disk.File file = disk.create(root.resolve("a"));
    disk.limitFreeBytes(3);
    IOException full = assertThrows(IOException.class, () -> append(file, "12345"));
    assertTrue(String.valueOf(full.getMessage()).contains("No space left on device"));
    assertEquals("123", Files.readString(root.resolve("a")));
    assertThrows(IOException.class, () -> disk.create(root.resolve("b")));
    assertEquals(0, disk.freeBytes(root));
  }

  @Test
  void aLostAnswerComesAfterTheEffect() throws IOException {
    write("tmp", "content", true);
    disk.failAt(disk.steps() + 1, Failure.AFTER);
    assertThrows(IOException.class, () -> disk.link(root.resolve("tmp"), root.resolve("key")));
    assertTrue(Files.exists(root.resolve("key")));
  }
}
