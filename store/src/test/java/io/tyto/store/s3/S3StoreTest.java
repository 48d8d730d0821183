package io.tyto.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreContract;
import io.tyto.store.document.NumberedLog;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.s3.CuttingProxy.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real server, also through connections that lose answers.
final class S3StoreTest extends StoreContract {
  private static final S3Patience SHORT =
      new S3Patience(
          4,
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofMillis(1));
  private static final int PIECE_BYTES = 64 << 10;

  @TempDir static Path shared;
  private static S3Server server;
  private static CuttingProxy proxy;
  private static int tests;

  @TempDir Path folder;
  private final String prefix = "test/" + ++tests;
  private final List<S3Store> opened = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(shared);
    proxy = new CuttingProxy(server.port());
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
    server.stop();
  }

  @AfterEach
  void close() {
    opened.forEach(S3Store::close);
  }

  @Override
  protected S3Store open() {
    return open(server.port(), S3Patience.USUAL, "local-" + opened.size());
  }

  private S3Store open(int port, S3Patience patience, String local) {
    return open(S3Server.location(port, prefix), S3Server.CREDENTIALS, patience, local);
  }

  private S3Store open(
      S3Location location, S3Credentials credentials, S3Patience patience, String local) {
    S3Store store =
        new S3Store(
            location, credentials, patience, folder.resolve(local), 1 << 20, true, 2, PIECE_BYTES);
    opened.add(store);
    return store;
  }

  /// Through the proxy, which keeps answers for a second at most.
  private S3Store openBehindProxy() {
    return open(proxy.port(), SHORT, "behind-proxy");
  }

  @Override
  protected int rounds() {
    return 50;
  }

  @Test
  void aListComesInPages() {
    S3Store store = open();
    List<String> keys = new ArrayList<>();
    for (int i = 10; i < 17; i++) {
      keys.add("1/m/" + i);
      store.putIfAbsent("1/m/" + i, bytes("x"));
    }
    assertEquals(keys, store.list("1/"));
    assertEquals(List.of(), store.list("1/m/2"));
  }

  @Test
  void aConnectionThatIsCutAfterThePutWasAppliedMeansSuccess() {
    S3Store store = openBehindProxy();
    proxy.lose(Loss.CUT, 0, 1);
    assertEquals(Store.Put.CREATED, store.putIfAbsent("a", bytes("mine")));
    assertEquals(1, proxy.lost());
    assertArrayEquals(bytes("mine"), open().get("a").orElseThrow());
  }

  @Test
  void theLookAfterwardsMayBeCutToo() {
    S3Store store = openBehindProxy();
    proxy.lose(Loss.CUT, 0, 3);
    assertEquals(Store.Put.CREATED, store.putIfAbsent("a", bytes("mine")));
    assertEquals(3, proxy.lost());
  }

  @Test
  void aCutRefusalIsARefusal() {
    open().putIfAbsent("a", bytes("rival"));
    S3Store store = openBehindProxy();
    proxy.lose(Loss.CUT, 0, 1);
    assertEquals(Store.Put.EXISTS, store.putIfAbsent("a", bytes("mine")));
    assertEquals(1, proxy.lost());
    assertArrayEquals(bytes("rival"), store.get("a").orElseThrow());
  }

  @Test
  void aServerThatFallsSilentAfterThePutWasAppliedMeansSuccess() {
    S3Store store = openBehindProxy();
    proxy.lose(Loss.SILENCE, 0, 1);
    assertEquals(Store.Put.CREATED, store.putIfAbsent("a", bytes("mine")));
    assertEquals(1, proxy.lost());
  }

  @Test
  void aChainGoesOnWhicheverAnswerIsCut() {
    int answers = 0;
    // One more answer is spared each time, until a claim needs no more of them.
    do {
      ManifestChain chain =
          new ManifestChain(openBehindProxy(), "1/1/g0/p" + answers, "writer-" + answers);
      proxy.lose(Loss.CUT, answers, 1);
      Manifest first = chain.claim(1);
      assertEquals(1, first.version());
      assertEquals(List.of(1L), chain.versions());
      answers++;
    } while (proxy.lost() == 1 && answers < 50);
    assertTrue(answers > 3 && answers < 50, "answers " + answers);
  }

  @Test
  void theSecondWriterOfANumberIsOutAlsoWhereAnswersAreCut() {
    NumberedLog mine = new NumberedLog(openBehindProxy(), "1/catalog", 100);
    NumberedLog rivals = new NumberedLog(open(), "1/catalog", 100);
    assertTrue(rivals.append(1, bytes("rival")));
    proxy.lose(Loss.CUT, 0, 2);
    assertFalse(mine.append(1, bytes("mine")));
    proxy.lose(Loss.CUT, 0, 2);
    assertTrue(mine.append(2, bytes("mine")));
    assertFalse(rivals.append(2, bytes("rival")));
  }

  @Test
  void aFileOfManyPiecesComesBackWhole() throws IOException {
    long seed = System.nanoTime();
    System.out.println("S3StoreTest.aFileOfManyPiecesComesBackWhole seed " + seed);
    byte[] content = new byte[5 * PIECE_BYTES + 17];
    new Random(seed).nextBytes(content);
    S3Store writer = openBehindProxy();
    Path file = Files.write(writer.scratchFolder().resolve("rows"), content);
    proxy.lose(Loss.CUT, 0, 1);
    writer.putFile("s/1-1-abc.seg", file);
    assertEquals(1, proxy.lost());
    assertFalse(Files.exists(file));
    S3Store reader = open(proxy.port(), SHORT, "reader");
    proxy.lose(Loss.CUT, 2, 1);
    assertArrayEquals(content, Files.readAllBytes(reader.localFile("s/1-1-abc.seg")));
    assertEquals(1, proxy.lost());
    assertEquals(S3Signer.sha256(content), reader.sha256("s/1-1-abc.seg"));
    assertEquals(content.length, reader.size("s/1-1-abc.seg"));
    byte[] part = reader.range("s/1-1-abc.seg", PIECE_BYTES - 3, 7);
    for (int i = 0; i < part.length; i++) {
      assertEquals(content[PIECE_BYTES - 3 + i], part[i]);
    }
  }

  @Test
  void copiesServeWhileTheServerIsAway() throws IOException {
    S3Store store = open(server.port(), S3Patience.USUAL, "kept");
    Path file = Files.write(store.scratchFolder().resolve("rows"), bytes("rows"));
    store.putFile("s/1-1-abc.seg", file);
    Files.write(store.scratchFolder().resolve("half"), bytes("ro"));
    store.close();
    S3Store away = open(S3Server.location(1, prefix), S3Server.CREDENTIALS, SHORT, "kept");
    away.clearScratch();
    assertEquals("rows", Files.readString(away.localFile("s/1-1-abc.seg")));
    assertFalse(Files.exists(away.scratchFolder().resolve("half")));
    TytoException failed = assertThrows(TytoException.class, () -> away.get("s/1-1-abc.seg"));
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
  }

  @Test
  void wrongCredentialsAndBucketsAreNamed() {
    S3Location here = S3Server.location(server.port(), prefix);
    S3Credentials wrong = new S3Credentials("tester", "wrong-key", null);
    TytoException refused =
        assertThrows(TytoException.class, open(here, wrong, SHORT, "wrong")::probe);
    assertEquals(ErrorCode.STORE_FAILED, refused.code());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("AWS_SECRET_ACCESS_KEY"),
        refused.getMessage());
    assertFalse(String.valueOf(refused.getMessage()).contains("wrong-key"), refused.getMessage());
    S3Location nowhere =
        S3Location.of("s3://no-such-bucket", "http://127.0.0.1:" + server.port(), "us-east-1");
    TytoException missing =
        assertThrows(
            TytoException.class, open(nowhere, S3Server.CREDENTIALS, SHORT, "nowhere")::probe);
    assertEquals(ErrorCode.STORE_FAILED, missing.code());
    assertTrue(String.valueOf(missing.getMessage()).contains("NoSuchBucket"), missing.getMessage());
  }
}
