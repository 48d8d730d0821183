package io.tyto.ingest.feed;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.DecoderProvider;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.PluginJar;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import io.tyto.testkit.plugin.TestJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Decoders from jars of the plug-in folder.
class PluginDecoderTest {
  private static final Path PAGE = Path.of("..", "docs", "plugins.md");
  private static final String CONFIG =
      """
      collection: plans
      fields: { user: string, plan: string }
      source:
        kafka: { topic: t, format: pairs }
      """;
  private static final TableSchema SCHEMA = FeedFixture.schema(1, 1, CONFIG);
  private static final String BEGIN = "Map<String, Object> values = new HashMap<>();";

  @TempDir Path folder;

  /// The decoder that docs/plugins.md shows.
  private static String documented() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    while (block.find()) {
      if (block.group(1).contains("implements DecoderProvider")) {
        return block.group(1);
      }
    }
    throw new AssertionError("the page shows no decoder");
  }

  private void writeJar(String name, String source) throws IOException {
    TestJar.write(
        folder.resolve(name),
        DecoderProvider.class,
        Map.of("com.example.PairsProvider", source),
        Map.of(DecoderProvider.class.getName(), "com.example.PairsProvider"));
  }

  /// The documented decoder, with a statement before it decodes.
  private void writeFailing(String statement) throws IOException {
    String source = documented();
    assertTrue(source.contains(BEGIN));
    writeJar("pairs.jar", source.replace(BEGIN, "if (to > 0) { " + statement + " } " + BEGIN));
  }

  private static EventDecoders reader(Plugins plugins) {
    return new EventDecoders(List.of(SCHEMA), 1, CONTEXT, DecoderRegistry.of(plugins));
  }

  private static Rejection refused(Plugins plugins, String text) {
    EventDecoders reader = reader(plugins);
    RawEvent event = event(0, text);
    assertEquals(SCHEMA, reader.route(event));
    return Objects.requireNonNull(reader.decode(event, new Row(SCHEMA.columns().size())));
  }

  @Test
  void theDecoderOfTheDocumentationReadsEventsAsTheJarOfAUser() throws IOException {
    writeJar("pairs.jar", documented());
    try (Plugins plugins = Plugins.load(folder)) {
      EventDecoders reader = reader(plugins);
      RawEvent event = event(0, "user=7;plan=basic");
      Row row = new Row(SCHEMA.columns().size());
      assertEquals(SCHEMA, reader.route(event));
      assertNull(reader.decode(event, row));
      Map<String, Object> values = FeedFixture.values(SCHEMA, row);
      assertEquals("7", values.get("user"));
      assertEquals("basic", values.get("plan"));
      Rejection rejection = refused(plugins, "user");
      assertEquals(Rejection.Code.UNDECODABLE, rejection.code());
      assertEquals("found 'user', expected name=value", rejection.message());
    }
  }

  @Test
  void aNodeTakesConfigsWhoseFormatAJarReadsAndNoOthers() throws IOException {
    List<ConfigFile> files = List.of(new ConfigFile("plans.yaml", CONFIG));
    try (LocalNode node = NodeFixture.open(folder.resolve("bare"))) {
      TytoException refused = assertThrows(TytoException.class, () -> node.diffConfigs(files));
      assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
      assertTrue(
          refused.getMessage().contains("nothing here reads the format 'pairs'"),
          refused.getMessage());
    }
    writeJar("pairs.jar", documented());
    IngestOptions options = BY_HAND.withPlugins(Plugins.load(folder));
    try (LocalNode node = NodeFixture.open(folder.resolve("data"), options, Disk.SYSTEM)) {
      assertEquals(1, node.diffConfigs(files).collections().size());
      assertEquals(
          List.of(new PluginJar("pairs.jar", List.of("decoder pairs"))), node.pipeline().plugins());
    }
  }

  @Test
  void whateverADecoderThrowsMakesADeadLetter() throws IOException {
    for (String error :
        List.of("IllegalStateException", "NoClassDefFoundError", "StackOverflowError")) {
      writeFailing("throw new " + error + "(\"what a fault\");");
      try (Plugins plugins = Plugins.load(folder)) {
        Rejection rejection = refused(plugins, "user=7");
        assertEquals(Rejection.Code.UNDECODABLE, rejection.code());
        assertTrue(rejection.message().contains("what a fault"), rejection.message());
      }
    }
    writeFailing("return null;");
    try (Plugins plugins = Plugins.load(folder)) {
      assertEquals(Rejection.Code.UNDECODABLE, refused(plugins, "user=7").code());
    }
  }

  @Test
  void anOutageIsToldToTheReaderSoThatTheEventWaits() throws IOException {
    writeFailing(
        "throw new io.tyto.model.error.TytoException("
            + "io.tyto.model.error.ErrorCode.LOG_UNAVAILABLE, \"later\");");
    try (Plugins plugins = Plugins.load(folder)) {
      TytoException outage = assertThrows(TytoException.class, () -> refused(plugins, "user=7"));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, outage.code());
    }
  }

  @Test
  void aFormatIsReadByOneDecoderOnly() throws IOException {
    writeJar("a.jar", documented().replace("return \"pairs\";", "return \"avro\";"));
    assertRefused("a.jar brings decoder 'avro', which Tyto itself brings too");
    writeJar("a.jar", documented().replace("return \"pairs\";", "return \"json\";"));
    assertRefused("com.example.PairsProvider reads the format 'json', and so does Tyto itself");
    writeJar("a.jar", documented());
    writeJar("b.jar", documented());
    assertRefused("b.jar brings decoder 'pairs', which a.jar brings too");
  }

  private void assertRefused(String part) {
    try (Plugins plugins = Plugins.load(folder)) {
      TytoException refused = assertThrows(TytoException.class, () -> DecoderRegistry.of(plugins));
      assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }
}
