package io.tyto.ingest.log;

import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// Files of our own keep the contract of logs.
final class LocalLogContractTest extends EventLogContract {
  /// Each commit has a file of its own, so that any record can be the first one kept.
  private static final long FILE_BYTES = 1;

  @TempDir Path temp;
  private LocalLog log;

  @Override
  protected EventLog open() throws IOException {
    if (log != null) {
      log.close();
    }
    Path root = Files.createDirectories(temp.resolve("data"));
    log = LocalLog.open(Disk.SYSTEM, root, root.resolve("log").resolve("p0"), FILE_BYTES, true);
    return log;
  }

  @Override
  protected void append(byte[]... payloads) throws IOException {
    if (log == null) {
      open();
    }
    for (byte[] payload : payloads) {
      RecordBatch batch = new RecordBatch(payload.length + 100);
      batch.add(
          new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, 0), null, payload, 0, payload.length);
      log.stage(batch, 0, false);
      log.commit();
    }
  }

  @Override
  protected void dropBelow(long offset) {
    log.trim(offset);
  }
}
