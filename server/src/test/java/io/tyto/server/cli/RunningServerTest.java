package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files handed to a running server, which answers while it still reads.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RunningServerTest {
  private static final String CONFIG = "collection: note\nfields:\n  n: { type: long }\n";

  /// Far more than what fits between client and server.
  private static final long MOST_BYTES = 256L << 20;

  @TempDir Path folder;

  @Test
  void tellsProgressBeforeTheFileIsSent() {
    try (TytoServer server = start()) {
      AtomicBoolean isSeen = new AtomicBoolean();
      Notes content = new Notes(isSeen);
      new RunningServer(server.commandAddress())
          .importFile(
              file("a"),
              content,
              (records, _, _) -> {
                if (records > 0) {
                  isSeen.set(true);
                }
                return true;
              });
      assertTrue(content.sent < MOST_BYTES, "no progress before the end of the file");
    }
  }

  @Test
  void stopsInTheMiddleOfTheFileAndTheServerLives() throws InterruptedException {
    try (TytoServer server = start()) {
      Notes content = new Notes(new AtomicBoolean());
      TytoException e =
          assertThrows(
              TytoException.class,
              () ->
                  new RunningServer(server.commandAddress())
                      .importFile(file("b"), content, (records, _, _) -> records == 0));
      assertEquals(ErrorCode.CANCELLED, e.code());
      assertTrue(content.sent < MOST_BYTES, "the whole file was sent before it stopped");
      assertFalse(server.node().collections().isEmpty());
      assertEquals(List.of(), server.node().status().alarms());
    }
  }

  @Test
  void anUnknownCollectionIsRefusedAtOnce() {
    try (TytoServer server = start()) {
      Notes content = new Notes(new AtomicBoolean());
      FileImport file = new FileImport("nope", "c", "c".repeat(64), 1, false);
      TytoException e =
          assertThrows(
              TytoException.class,
              () ->
                  new RunningServer(server.commandAddress())
                      .importFile(file, content, (_, _, _) -> true));
      assertEquals(ErrorCode.UNKNOWN_COLLECTION, e.code());
    }
  }

  private static FileImport file(String name) {
    return new FileImport("note", name + ".ndjson", name.repeat(64), MOST_BYTES, false);
  }

  private TytoServer start() {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.LISTEN, "127.0.0.1:0",
                Setting.ACCESS, "open",
                Setting.DATA, folder.resolve("data").toString(),
                Setting.DISK_PAUSE_BELOW, "0",
                Setting.DISK_READ_ONLY_BELOW, "0"));
    return TytoServer.start(
        settings, List.of(new ConfigFile("note.yaml", CONFIG)), Clock.systemUTC());
  }

  /// Events without end, until told that it is enough.
  private static final class Notes extends InputStream {
    private static final byte[] EVENT = "{\"n\":1}\n".getBytes(StandardCharsets.UTF_8);
    private final AtomicBoolean isEnough;
    private volatile long sent;

    private Notes(AtomicBoolean isEnough) {
      this.isEnough = isEnough;
    }

    @Override
    public int read() {
      if (sent % EVENT.length == 0 && (isEnough.get() || sent >= MOST_BYTES)) {
        return -1;
      }
      byte next = EVENT[(int) (sent % EVENT.length)];
      sent++;
      return next;
    }
  }
}
