package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.enrich.TestEnrichers;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.store.Disk;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Enriched columns from every way by which events come, and what becomes of them without their
/// enricher.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EnrichedNodeTest {
  private static final String WORDS =
      """
      collection: words
      fields:
        word: { type: string }
        loud: { type: string, enriched: loud }
      """;

  @TempDir Path data;

  private static IngestOptions enriching() {
    return BY_HAND.withPipeline(
        Pipeline.of(List.of(TestEnrichers.step("loud")), List.of(TestEnrichers.loud())));
  }

  @Test
  void requestsAndFilesAreEnrichedAlike() {
    try (LocalNode node = open(data, enriching(), Disk.SYSTEM)) {
      apply(node, WORDS);
      assertEquals(2, send(node, "words", "{\"word\":\"a\"}\n{\"word\":\"poison\"}").accepted());
      // Lines of the usual shape, and one that the parser of such lines leaves to the decoder.
      assertEquals(2, load(node, "w.ndjson", "{\"word\":\"b\"}\n{\"word\":\"\\u0063\"}\n"));
      assertEquals(2, load(node, "w.csv", "word,loud\nd,forged\n\"e\",\n"));
      assertEquals(1, load(node, "w.json", "[{\"word\":\"f\"}]"));
      assertEquals(List.of("A", "B", "C", "D", "E", "F", "null"), sorted(node, "loud"));
      assertEquals(6, node.pipeline().steps().getFirst().hits());
      assertEquals(1, node.pipeline().steps().getFirst().failures());
    }
    try (LocalNode node = open(data)) {
      assertEquals(
          List.of("A", "B", "C", "D", "E", "F", "null"),
          sorted(node, "loud"),
          "what was stored needs no enricher any more");
      assertEquals(
          List.of(
              "words: the field loud stays null in new events: its enricher is 'loud', expected an"
                  + " enricher of the server's `pipeline`, which is empty"),
          node.status().alarms());
      assertEquals(1, send(node, "words", "{\"word\":\"g\"}").accepted());
      assertTrue(values(node, "words", "word").contains("g"));
      TytoException refused = assertThrows(TytoException.class, () -> apply(node, WORDS));
      assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
    }
    try (LocalNode node = open(data, enriching(), Disk.SYSTEM)) {
      assertEquals(List.of(), node.status().alarms());
      send(node, "words", "{\"word\":\"h\"}");
      assertEquals(2, Collections.frequency(values(node, "words", "loud"), "null"));
      assertTrue(values(node, "words", "loud").contains("H"));
    }
  }

  @Test
  void anEnrichedFieldCanBeAddedLater() {
    try (LocalNode node = open(data, enriching(), Disk.SYSTEM)) {
      apply(node, "collection: words\nfields:\n  word: { type: string }\n");
      send(node, "words", "{\"word\":\"a\"}");
      apply(node, WORDS);
      send(node, "words", "{\"word\":\"b\"}");
      assertEquals(List.of("B", "null"), sorted(node, "loud"), "older events stay as they are");
    }
  }

  private static List<String> sorted(LocalNode node, String column) {
    return List.copyOf(new TreeSet<>(values(node, "words", column)));
  }

  private static long load(LocalNode node, String name, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    FileImport request = new FileImport("words", name, name, content.length, false);
    FileImportResult result =
        node.importFile(request, new ByteArrayInputStream(content), (_, _, _) -> true);
    return result.accepted();
  }
}
