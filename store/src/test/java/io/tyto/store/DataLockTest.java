package io.tyto.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataLockTest {
  @TempDir Path folder;

  @Test
  void oneHolderAtATimeWhoSaysWhereItIs() {
    Path data = folder.resolve("data");
    assertTrue(DataLock.holder(data).isEmpty());
    try (DataLock lock = DataLock.acquire(data)) {
      lock.publish("http://127.0.0.1:8080");
      TytoException refused = assertThrows(TytoException.class, () -> DataLock.acquire(data));
      assertEquals(ErrorCode.STORE_LOCKED, refused.code());
      assertTrue(String.valueOf(refused.getMessage()).contains("http://127.0.0.1:8080"));
      DataLock.Holder holder = DataLock.holder(data).orElseThrow();
      assertEquals(ProcessHandle.current().pid(), holder.pid());
      assertEquals("http://127.0.0.1:8080", holder.address());
    }
    assertTrue(DataLock.holder(data).isEmpty());
    DataLock.acquire(data).close();
  }

  @Test
  void anotherProcessHoldsItUntilItDies() throws Exception {
    Path data = folder.resolve("data");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockingProcess.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertEquals("locked", other.inputReader().readLine());
      // Asking must not free the lock, so ask more than once.
      for (int i = 0; i < 2; i++) {
        DataLock.Holder holder = DataLock.holder(data).orElseThrow();
        assertEquals(
            new DataLock.Holder(other.pid(), "http://127.0.0.1:9999", data.toRealPath()), holder);
        assertThrows(TytoException.class, () -> DataLock.acquire(data));
      }
    } finally {
      other.destroyForcibly();
    }
    assertTrue(other.waitFor(30, TimeUnit.SECONDS));
    DataLock.acquire(data).close();
  }

  /// Takes the lock, says so, and waits to be killed.
  static final class LockingProcess {
    public static void main(String[] arguments) throws Exception {
      try (DataLock lock = DataLock.acquire(Path.of(List.of(arguments).getFirst()))) {
        lock.publish("http://127.0.0.1:9999");
        System.out.println("locked");
        System.in.read();
      }
    }
  }
}
