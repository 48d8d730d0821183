package io.tyto.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store.Put;
import io.tyto.store.s3.ScriptedS3.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that answers late, wrong, or not as S3 does.
final class S3TroubleTest {
  private static final int ATTEMPTS = 4;
  private static final byte[] MINE = "mine".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private ScriptedS3 server;
  private S3Store store;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedS3();
    store =
        new S3Store(
            server.location(),
            new S3Credentials("id", "secret", null),
            new S3Patience(
                ATTEMPTS,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                Duration.ofMillis(1)),
            folder,
            1 << 20,
            true);
  }

  @AfterEach
  void stop() {
    store.close();
    server.close();
  }

  @Test
  void aStoreThatIgnoresConditionsIsUnsuitable() {
    server.ignoreConditions();
    TytoException refused = assertThrows(TytoException.class, store::probe);
    assertEquals(ErrorCode.STORE_UNSUITABLE, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("If-None-Match"));
    assertTrue(String.valueOf(refused.getMessage()).contains("s3://bucket"));
    assertEquals(List.of(), store.list(""));
  }

  @Test
  void aStoreThatDoesNotKnowConditionsIsUnsuitable() {
    server.expect(new Trouble(501, false));
    TytoException refused = assertThrows(TytoException.class, store::probe);
    assertEquals(ErrorCode.STORE_UNSUITABLE, refused.code());
    assertEquals(1, server.count("PUT"));
  }

  @Test
  void anOutageIsNoReasonToRefuseTheStoreForEver() {
    for (int i = 0; i < ATTEMPTS; i++) {
      server.expect(new Trouble(503, false));
    }
    TytoException failed = assertThrows(TytoException.class, store::probe);
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
    store.probe();
  }

  @Test
  void aPutThatMetAnotherIsRepeatedWithoutALook() {
    server.expect(new Trouble(409, false), new Trouble(429, false));
    assertEquals(Put.CREATED, store.putIfAbsent("a", MINE));
    assertEquals(3, server.count("PUT"));
    assertEquals(0, server.count("GET"));
  }

  @Test
  void anErrorAfterThePutWasAppliedIsSuccess() {
    server.expect(new Trouble(500, true));
    assertEquals(Put.CREATED, store.putIfAbsent("a", MINE));
    assertEquals(1, server.count("PUT"));
    assertArrayEquals(MINE, store.get("a").orElseThrow());
  }

  @Test
  void anErrorBeforeThePutWasAppliedIsRepeated() {
    server.expect(new Trouble(500, false), new Trouble(503, false));
    assertEquals(Put.CREATED, store.putIfAbsent("a", MINE));
    assertEquals(3, server.count("PUT"));
    assertArrayEquals(MINE, store.get("a").orElseThrow());
  }

  @Test
  void aRivalThatCameFirstWhileTheAnswerWasInDoubtHasWon() {
    server.expect(new Trouble(500, false, () -> server.put("a", "rival")));
    assertEquals(Put.EXISTS, store.putIfAbsent("a", MINE));
    assertEquals("rival", new String(store.get("a").orElseThrow(), StandardCharsets.UTF_8));
  }

  @Test
  void aPutThatArrivesLateIsFoundByTheNextOne() {
    // The first is in doubt and not there yet; when the second comes it has been applied.
    server.expect(new Trouble(500, false), new Trouble(412, false, () -> server.put("a", "mine")));
    assertEquals(Put.CREATED, store.putIfAbsent("a", MINE));
    assertEquals(2, server.count("PUT"));
  }

  @Test
  void anOutageEndsInAnErrorAfterSoManyAttempts() {
    for (int i = 0; i < ATTEMPTS; i++) {
      server.expect(new Trouble(503, false));
    }
    TytoException failed = assertThrows(TytoException.class, () -> store.putIfAbsent("a", MINE));
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
    assertTrue(String.valueOf(failed.getMessage()).contains("unknown"), failed.getMessage());
    assertEquals(ATTEMPTS, server.count("PUT"));
  }

  @Test
  void whatWasAppliedByTheLastAttemptIsFound() {
    for (int i = 1; i < ATTEMPTS; i++) {
      server.expect(new Trouble(503, false));
    }
    server.expect(new Trouble(500, true));
    assertEquals(Put.CREATED, store.putIfAbsent("a", MINE));
  }

  @Test
  void aListThatGoesRoundIsAnError() {
    server.listInCircles();
    TytoException failed = assertThrows(TytoException.class, () -> store.list(""));
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
    assertTrue(String.valueOf(failed.getMessage()).contains("circle"), failed.getMessage());
  }

  @Test
  void foldersOfConsolesAreNoKeys() {
    server.put("1/m/", "");
    server.put("1/m/01", "x");
    assertEquals(List.of("1/m/01"), store.list("1/"));
  }

  @Test
  void aServerWithoutRangesIsNamed() {
    server.put("a", "01234");
    TytoException failed = assertThrows(TytoException.class, () -> store.range("a", 0, 5));
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
    assertTrue(String.valueOf(failed.getMessage()).contains("ranges"), failed.getMessage());
  }
}
