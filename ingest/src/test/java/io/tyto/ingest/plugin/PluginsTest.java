package io.tyto.ingest.plugin;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.LocalNode;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.enrich.StepSettings;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.port.AdminService.PluginJar;
import io.tyto.store.Disk;
import io.tyto.testkit.plugin.TestJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private static final String SPI = EnricherProvider.class.getName();
  private static final Path PAGE = Path.of("..", "docs", "plugins.md");

  @TempDir Path folder;

  /// The enricher that docs/plugins.md shows.
  private static String documented() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertTrue(block.find(), "the page shows an enricher");
    return block.group(1);
  }

  private static List<EnricherProvider> enrichers(Plugins plugins) {
    return plugins.providers(EnricherProvider.class, "enricher", EnricherProvider::name);
  }

  private void writeJar(String name, String className, String source) throws IOException {
    TestJar.write(
        folder.resolve(name),
        EnricherProvider.class,
        Map.of(className, source),
        Map.of(SPI, className));
  }

  @Test
  void theEnricherOfTheDocumentationWorksAsTheJarOfAUser() throws IOException {
    writeJar("tariff.jar", "com.example.TariffProvider", documented());
    Files.writeString(folder.resolve("README.txt"), "no jar");
    Plugins plugins = Plugins.load(folder);
    Pipeline pipeline =
        Pipeline.of(
            List.of(new StepSettings("tariff", Map.of("field", "minutes"), "tyto.yaml:1")),
            enrichers(plugins));
    try (LocalNode node =
        open(
            folder.resolve("data"),
            BY_HAND.withPlugins(plugins).withPipeline(pipeline),
            Disk.SYSTEM)) {
      apply(
          node,
          """
          collection: calls
          fields:
            minutes: { type: long }
            tariff: { type: string, enriched: tariff }
          """);
      send(node, "calls", "{\"minutes\":3}\n{\"minutes\":300}");
      List<String> tariffs = values(node, "calls", "tariff").stream().sorted().toList();
      assertEquals(List.of("long", "short"), tariffs);
      assertEquals(
          List.of(new PluginJar("tariff.jar", List.of("enricher tariff"))),
          node.pipeline().plugins());
    }
  }

  @Test
  void aPluginSeesTheInterfacesAndTheJdkAndNothingElse() throws IOException {
    for (String hidden :
        List.of("io.tyto.engine.row.Row", "com.google.common.net.InternetDomainName")) {
      String source =
          documented()
              .replace(
                  "return \"tariff\";",
                  "try { return Class.forName(\"%s\").getName(); } catch (ClassNotFoundException e) {"
                          .formatted(hidden)
                      + " return \"hidden\"; }");
      writeJar("tariff.jar", "com.example.TariffProvider", source);
      try (Plugins plugins = Plugins.load(folder)) {
        assertEquals(
            1, enrichers(plugins).stream().filter(one -> one.name().equals("hidden")).count());
      }
    }
  }

  @Test
  void aBrokenJarIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jar"), "no zip at all");
    assertRefused("a.jar cannot be read as a jar");
    TestJar.write(folder.resolve("a.jar"), EnricherProvider.class, Map.of(), Map.of());
    assertRefused("a.jar names no provider");
    TestJar.write(
        folder.resolve("a.jar"), EnricherProvider.class, Map.of(), Map.of(SPI, "com.example.Gone"));
    assertRefused("a.jar cannot be used", "com.example.Gone");
    writeJar(
        "a.jar",
        "com.example.TariffProvider",
        documented()
            .replace(
                "TariffProvider implements EnricherProvider {",
                "TariffProvider implements EnricherProvider { { if (true) throw new IllegalStateException(\"no licence\"); }"));
    assertRefused("a.jar cannot be used", "no licence");
  }

  @Test
  void namesAreCheckedAndTakenOnce() throws IOException {
    writeJar(
        "a.jar",
        "com.example.TariffProvider",
        documented().replace("return \"tariff\";", "return \"Tariff!\";"));
    assertRefused("a.jar brings enricher 'Tariff!'");
    writeJar(
        "a.jar",
        "com.example.TariffProvider",
        documented().replace("return \"tariff\";", "return \"url\";"));
    assertRefused("a.jar brings enricher 'url', which Tyto itself brings too");
    writeJar("a.jar", "com.example.TariffProvider", documented());
    writeJar("b.jar", "com.example.TariffProvider", documented());
    assertRefused("b.jar brings enricher 'tariff', which a.jar brings too");
  }

  private void assertRefused(String... parts) {
    TytoException refused =
        assertThrows(
            TytoException.class,
            () -> {
              try (Plugins plugins = Plugins.load(folder)) {
                enrichers(plugins);
              }
            });
    assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    TytoException refused =
        assertThrows(TytoException.class, () -> Plugins.load(folder.resolve("absent")));
    assertTrue(refused.getMessage().contains("absent"), refused.getMessage());
  }
}
