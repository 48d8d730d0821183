package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.server.TytoServer;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.testkit.plugin.TestJar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `tyto pipeline` with a server and without one, an enricher of Tyto's and one of a plug-in.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipelineCommandTest {
  private static final String VISITS =
      """
      collection: visits
      fields:
        page: { type: string }
        url_host: { type: string, enriched: url }
        letters: { type: int, enriched: letters }
      """;

  private static final String LETTERS =
      """
      package com.example;
      import io.tyto.model.plugin.*;
      import io.tyto.model.schema.ColumnType;
      import java.util.List;
      public final class Letters implements EnricherProvider {
        public String name() { return "letters"; }
        public Enricher create(EnricherSettings settings) {
          return new Enricher() {
            public List<InputField> reads() { return List.of(InputField.of("url_host", ColumnType.STRING)); }
            public List<AddedField> adds() { return List.of(new AddedField("letters", ColumnType.INT, "of the host")); }
            public void enrich(Inputs in, Outputs out) {
              if (in.text(0).startsWith("bad")) {
                throw new IllegalStateException("a bad host");
              }
              out.number(0, in.text(0).length());
            }
            public String dataVersion() { return "alphabet of 26"; }
          };
        }
      }
      """;

  @TempDir Path folder;
  private Path serverFile;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.createDirectories(folder.resolve("plugins"));
    TestJar.write(
        folder.resolve("plugins/letters.jar"),
        EnricherProvider.class,
        Map.of("com.example.Letters", LETTERS),
        Map.of(EnricherProvider.class.getName(), "com.example.Letters"));
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(folder.resolve("config/visits.yaml"), VISITS);
    serverFile = folder.resolve("tyto.yaml");
    writeServerFile("url: { field: page }");
  }

  private void writeServerFile(String first) throws IOException {
    Files.writeString(
        serverFile,
        """
        listen: 127.0.0.1:0
        data: %1$s/data
        config: %1$s/config
        plugins: %1$s/plugins
        pipeline:
          - %2$s
          - letters: {}
        access: open
        """
            .formatted(folder, first));
  }

  private Outcome pipeline() {
    return CommandRunner.capture("pipeline", "--server-file", serverFile.toString());
  }

  @Test
  void withoutAServerItTellsWhatIsDeclared() throws IOException {
    Outcome told = pipeline();
    assertEquals(0, told.code(), told.output());
    for (String part :
        List.of(
            "1 url",
            "reads page                 string",
            "adds  url_domain           string",
            "in    visits               url_host",
            "2 letters, data: alphabet of 26",
            "in    visits               letters",
            "plug-in letters.jar: enricher letters")) {
      assertTrue(told.output().contains(part), told.output());
    }
    writeServerFile("url: { field: pages }");
    Outcome refused = pipeline();
    assertEquals(1, refused.code());
    assertTrue(
        refused
            .output()
            .contains(
                "ERROR visits.yaml:4: fields.url_host.enriched: found 'url', which reads the field"
                    + " pages, expected it in `fields` as string"),
        refused.output());
    Outcome checked =
        CommandRunner.capture("config", "check", "--server-file", serverFile.toString());
    assertEquals(1, checked.code(), checked.output());
  }

  @Test
  void aStepThatDoesNotExistIsToldWithItsLine() throws IOException {
    writeServerFile("ulr: { field: page }");
    Outcome refused = pipeline();
    assertTrue(refused.code() != 0);
    assertTrue(
        refused
            .output()
            .contains("tyto.yaml:6: pipeline.ulr: there is no such enricher, expected one of"),
        refused.output());
  }

  @Test
  void aServerTellsItsRates() throws IOException {
    Settings settings = Settings.resolve(serverFile, Map.of(), Map.of());
    ConfigFile config = new ConfigFile("visits.yaml", VISITS);
    try (TytoServer server = TytoServer.start(settings, List.of(config), Clock.systemUTC())) {
      StringBuilder events = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        String host = i < 10 ? "bad.example" : "owl.example";
        events.append("{\"page\":\"https://").append(host).append("/\"}\n");
      }
      events.append("{\"page\":\"/no/host\"}\n{}\n");
      assertEquals(
          52,
          server
              .node()
              .ingest("visits", events.toString().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM)
              .join()
              .accepted());
      List<PipelineStep> steps = new RunningServer(server.commandAddress()).pipeline().steps();
      assertEquals(server.node().pipeline().steps(), steps, "the reply keeps everything");
      PipelineStep letters = steps.get(1);
      assertEquals(50, letters.calls());
      assertEquals(40, letters.hits());
      assertEquals(10, letters.failures());
      assertTrue(letters.microsPerCall() > 0, "calls are timed");
      Outcome told =
          CommandRunner.capture("pipeline", "--data", settings.path(Setting.DATA).toString());
      assertEquals(0, told.code(), told.output());
      assertTrue(told.output().contains("51 calls, 51 hits, 0 failures"), told.output());
      assertTrue(told.output().contains("50 calls, 40 hits, 10 failures"), told.output());
      assertTrue(
          told.output().contains("last failure: java.lang.IllegalStateException: a bad host"),
          told.output());
      assertTrue(told.output().contains("plug-in letters.jar: enricher letters"), told.output());
    }
  }
}
