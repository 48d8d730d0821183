package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.LOGIN;
import static io.tyto.ingest.NodeFixture.NOTE;
import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.play;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileImportTest {
  private static final ImportProgress SILENT = (_, _, _) -> true;
  private static final int MANY = 20_000;

  @TempDir Path data;

  @Test
  void importsAFileOnceUnderAnyName() {
    byte[] content = logins(MANY);
    try (LocalNode node = open(data)) {
      apply(node, LOGIN);
      AtomicLong told = new AtomicLong();
      FileImportResult result =
          run(
              node,
              "login",
              "a.ndjson",
              content,
              false,
              (records, _, _) -> {
                told.set(records);
                return true;
              });
      assertEquals(new FileImportResult(MANY, 0, 0, 0, List.of()), result);
      assertEquals(MANY, Set.copyOf(values(node, "login", "who")).size());
      result = run(node, "login", "b.ndjson", content, false, SILENT);
      assertEquals(new FileImportResult(0, 0, 0, MANY, List.of()), result);
    }
    try (LocalNode node = open(data)) {
      assertEquals(MANY, rows(node, "login").size(), "committed before it said so");
      assertEquals(MANY, run(node, "login", "c", content, false, SILENT).alreadyImported());
      assertEquals(MANY, run(node, "login", "d", content, true, SILENT).accepted());
      assertEquals(2 * MANY, rows(node, "login").size());
      assertEquals(MANY, run(node, "login", "e", content, false, SILENT).alreadyImported());
    }
  }

  @Test
  void goesOnWhereItWasStopped() {
    byte[] content = logins(MANY);
    try (LocalNode node = open(data)) {
      apply(node, LOGIN);
      FileImport request = new FileImport("login", "a", idOf(content), content.length, false);
      FileImportResult stopped =
          node.importFile(request, slow(content), (_, bytes, _) -> bytes < content.length / 3);
      assertTrue(stopped.accepted() < MANY, stopped.toString());
    }
    try (LocalNode node = open(data)) {
      long before = rows(node, "login").size();
      FileImportResult rest = run(node, "login", "a", content, false, SILENT);
      assertEquals(before, rest.alreadyImported());
      assertEquals(MANY - before, rest.accepted());
      assertEquals(MANY, values(node, "login", "who").size());
      assertEquals(MANY, Set.copyOf(values(node, "login", "who")).size());
    }
  }

  @Test
  void goesOnAfterAFileThatBrokeOff() {
    byte[] whole = logins(MANY);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    try (LocalNode node = open(data)) {
      apply(node, LOGIN);
      FileImport request = new FileImport("login", "a", "content", whole.length, false);
      TytoException e =
          assertThrows(
              TytoException.class,
              () ->
                  node.importFile(
                      request,
                      new SequenceInputStream(new ByteArrayInputStream(half), broken()),
                      SILENT));
      assertEquals(ErrorCode.BAD_USER_INPUT, e.code());
      node.importFile(request, new ByteArrayInputStream(whole), SILENT);
      assertEquals(MANY, values(node, "login", "who").size());
      assertEquals(MANY, Set.copyOf(values(node, "login", "who")).size());
    }
  }

  @Test
  void decodesTheRestOfAFileByAConfigThatIsAppliedMeanwhile() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2 * MANY; i++) {
      lines.append("{\"text\":\"row\",\"n\":").append(i).append(",\"more\":1}\n");
    }
    byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
    String grown = NOTE.replace("n: { type: long }", "n: { type: \"decimal(38,0)\" }");
    AtomicLong appliedAt = new AtomicLong();
    try (LocalNode node = open(data)) {
      apply(node, NOTE);
      FileImport request = new FileImport("note", "a", idOf(content), content.length, false);
      FileImportResult result =
          node.importFile(
              request,
              slow(content),
              (_, bytes, _) -> {
                if (bytes > content.length / 3 && appliedAt.compareAndSet(0, bytes)) {
                  apply(node, grown + "  more: { type: long }\n");
                }
                return true;
              });
      assertEquals(2 * MANY, result.accepted());
      assertTrue(appliedAt.get() < content.length, appliedAt.toString());
      assertTrue(values(node, "note", "more").contains("1"));
      assertEquals(2 * MANY, Set.copyOf(values(node, "note", "n")).size());
    }
  }

  @Test
  void readsColumnsUnderTheNamesTheyHad() {
    String renamed = NOTE.replace("n: { type: long }", "number: { type: long, aliases: [n] }");
    try (LocalNode node = open(data)) {
      apply(node, renamed);
      String json =
          """
          {"text":"a","n":1}
          {"text":"b","number":2}
          {"n":"3","number":3,"text":"c"}
          {"text":"d","n":null,"number":4}
          {"text":"e","n":5,"number":null}
          """;
      assertEquals(5, run(node, "note", "a.ndjson", utf8(json), false, SILENT).accepted());
      assertEquals(
          2, run(node, "note", "b.csv", utf8("text,n\nf,6\ng,7\n"), false, SILENT).accepted());
      assertEquals(
          2,
          run(node, "note", "c.csv", utf8("n,text,number\nx,h,8\n9,i,\n"), false, SILENT)
              .accepted());
      assertEquals(
          Set.of("1", "2", "3", "4", "5", "6", "7", "8", "9"),
          Set.copyOf(values(node, "note", "number")));
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsCompressedCsvAndKeepsBadRecordsAsDeadLetters() throws IOException {
    StringBuilder text = new StringBuilder("text,n\n");
    for (int i = 0; i < 5_000; i++) {
      text.append("row ").append(i).append(',').append(i % 1000 == 7 ? "seven" : i).append('\n');
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    try (LocalNode node = open(data)) {
      apply(node, NOTE);
      FileImportResult result =
          run(node, "note", "notes.csv.gz", packed.toByteArray(), false, SILENT);
      assertEquals(4_995, result.accepted());
      assertEquals(5, result.rejected());
      assertEquals(7, result.examples().getFirst().index());
      try (TableSnapshot letters = node.deadLetters("note")) {
        assertEquals(5, rows(letters).size());
        assertEquals("notes.csv.gz", rows(letters).getFirst().get("source"));
      }
      assertEquals(2, Set.copyOf(values(node, "note", "partition")).size());
      assertEquals(
          5_000, run(node, "note", "n", packed.toByteArray(), false, SILENT).alreadyImported());
    }
  }

  @Test
  void dropsWhatTheLogHoldsAlreadyByEventId() {
    String lines = play("e1", "ann", 1) + play("e2", "bob", 2) + play("e2", "bob", 2);
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      send(node, "play", play("e1", "ann", 1));
      byte[] content = lines.getBytes(StandardCharsets.UTF_8);
      FileImportResult result = run(node, "play", "a", content, false, SILENT);
      assertEquals(1, result.accepted());
      assertEquals(2, result.duplicates());
      assertEquals(1, send(node, "play", play("e2", "bob", 2)).duplicates());
    }
    try (LocalNode node = open(data)) {
      assertEquals(1, send(node, "play", play("e2", "bob", 2)).duplicates());
      assertEquals(2, rows(node, "play").size());
    }
  }

  @Test
  void sameContentGoesIntoTwoCollectionsOfAGroup() {
    String visit = LOGIN.replace("collection: login", "collection: visit");
    try (LocalNode node = open(data)) {
      apply(node, LOGIN, visit);
      byte[] content = logins(100);
      assertEquals(100, run(node, "login", "a", content, false, SILENT).accepted());
      assertEquals(100, run(node, "visit", "a", content, false, SILENT).accepted());
      node.maintain();
      assertEquals(100, rows(node, "visit").size());
      assertEquals(List.of(), node.status().alarms());
    }
  }

  @Test
  void anEmptyFileIsImportedToo() {
    try (LocalNode node = open(data)) {
      apply(node, NOTE);
      assertEquals(0, run(node, "note", "a.ndjson", new byte[0], false, SILENT).accepted());
      assertEquals(List.of(), node.status().alarms());
    }
  }

  private static FileImportResult run(
      LocalNode node,
      String collection,
      String name,
      byte[] content,
      boolean again,
      ImportProgress progress) {
    FileImport request = new FileImport(collection, name, idOf(content), content.length, again);
    return node.importFile(request, new ByteArrayInputStream(content), progress);
  }

  private static String idOf(byte[] content) {
    return "sha-of-" + Arrays.hashCode(content);
  }

  /// Takes its time, so that the import can be stopped in the middle.
  private static InputStream slow(byte[] content) {
    return new ByteArrayInputStream(content) {
      @Override
      public synchronized int read(byte[] target, int from, int length) {
        LockSupport.parkNanos(20_000_000);
        return super.read(target, from, Math.min(length, 16 << 10));
      }
    };
  }

  private static byte[] logins(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"who\":\"user%d\",\"ts\":\"2026-11-20T10:00:00Z\"}\n".formatted(i));
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream broken() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("the cable is out");
      }
    };
  }
}
