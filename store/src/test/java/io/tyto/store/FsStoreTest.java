package io.tyto.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FsStoreTest extends StoreContract {
  @TempDir Path folder;
  private Path root;
  private FsStore store;

  @BeforeEach
  void openFolder() {
    store = open();
    root = folder.resolve("store");
  }

  @Override
  protected FsStore open() {
    return new FsStore(folder.resolve("store"), Disk.SYSTEM);
  }

  @Override
  protected int rounds() {
    return 200;
  }

  @Test
  void readingAnEmptyStoreCreatesNothing() {
    anEmptyStoreHasNothing();
    assertFalse(Files.exists(root));
  }

  @Test
  void nothingStaysInTheScratchFolder() throws Exception {
    anObjectThatIsRenewedIsTheSame();
    ofFourRacingWritersExactlyOneWins();
    assertEquals(List.of(), Disk.SYSTEM.list(root.resolve("tmp")));
  }

  @Test
  void aFolderThatIsAFileIsUnsuitable() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    FsStore broken = new FsStore(file, Disk.SYSTEM);
    TytoException refused = assertThrows(TytoException.class, broken::probe);
    assertEquals(ErrorCode.STORE_UNSUITABLE, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()));
  }

  @Test
  void whatACrashLeftInTheScratchFolderIsCleared() throws IOException {
    Path leftOver = Files.write(store.scratchFolder().resolve("half"), bytes("ro"));
    store.clearScratch();
    assertFalse(Files.exists(leftOver));
  }
}
