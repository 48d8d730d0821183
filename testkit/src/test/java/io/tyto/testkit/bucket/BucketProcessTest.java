package io.tyto.testkit.bucket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.broker.BucketProcess;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store.Put;
import io.tyto.store.s3.S3Credentials;
import io.tyto.store.s3.S3Location;
import io.tyto.store.s3.S3Patience;
import io.tyto.store.s3.S3Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class BucketProcessTest {
  private static final S3Patience LITTLE =
      new S3Patience(
          1,
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMillis(1));

  @TempDir Path folder;

  @Test
  void keepsItsObjectsOverAKill() throws Exception {
    Path jars = BucketProcess.builtJars(Path.of(""));
    try (BucketProcess server = BucketProcess.start(jars, folder.resolve("s3"))) {
      S3Location location =
          S3Location.of(
              "s3://" + BucketProcess.BUCKET + "/a", server.endpoint(), BucketProcess.REGION);
      S3Credentials credentials = S3Credentials.from(BucketProcess.credentials());
      byte[] content = {1, 2, 3};
      try (S3Store store =
          new S3Store(location, credentials, LITTLE, folder.resolve("c"), 1, true)) {
        store.probe();
        assertEquals(Put.CREATED, store.putIfAbsent("1/x", content));

        server.kill();
        TytoException away = assertThrows(TytoException.class, () -> store.get("1/x"));
        assertEquals(ErrorCode.STORE_FAILED, away.code());
        server.restart();

        assertEquals(Put.EXISTS, store.putIfAbsent("1/x", new byte[] {4}));
        assertEquals(List.of("1/x"), store.list(""));
        assertArrayEquals(content, store.get("1/x").orElseThrow());
      }
    }
  }
}
