package io.tyto.server;

import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A whole server with the collections that the documentation speaks of, and two months of events
/// in each: half of them sealed, half in the tail.
final class SampleServer {
  private static final int EVENTS = 1_000;
  private static final long SEED = 20260301;
  private static final List<String> COLLECTIONS =
      List.of("recharge", "login", "game_login", "pageview", "parcel");
  private static final String[] COUNTRIES = {"DE", "FR", "US", "JP", "BR"};
  private static final String[] PLATFORMS = {"ios", "android", "web"};
  private static final String[] ITEMS = {"sword", "owl", "gem", "hat"};

  private SampleServer() {}

  /// @param folder for its data
  /// @param access the setting: `open`, or `keys`
  static TytoServer start(Path folder, String access) {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA,
                folder.toString(),
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.ACCESS,
                access));
    TytoServer server = TytoServer.start(settings, configs(), Clock.systemUTC());
    Instant now = Instant.now();
    Random random = new Random(SEED);
    for (int half = 0; half < 2; half++) {
      for (String collection : COLLECTIONS) {
        send(server.node(), collection, events(random, now, half * EVENTS));
      }
      if (half == 0) {
        server.node().flush();
      }
    }
    return server;
  }

  static List<ConfigFile> configs() {
    return COLLECTIONS.stream()
        .map(name -> new ConfigFile(name + ".yaml", resource(name + ".yaml")))
        .toList();
  }

  private static void send(LocalNode node, String collection, String events) {
    IngestResult result =
        node.ingest(collection, events.getBytes(StandardCharsets.UTF_8), Caller.SYSTEM).join();
    if (result.accepted() != EVENTS) {
      throw new IllegalStateException(collection + ": " + result);
    }
  }

  /// Events with the fields of every collection; each takes its own.
  private static String events(Random random, Instant now, int first) {
    StringBuilder events = new StringBuilder();
    for (int i = first; i < first + EVENTS; i++) {
      Instant ts = now.minus(Duration.ofSeconds(random.nextInt(60 * 86_400)));
      events.append(
          """
          {"ts":"%s","event_id":"e%d","user_id":"u%d","id":"p%d","country":"%s","platform":"%s","item":{"id":"%s"},"tags":["%s"],"payment":{"amount":%d.%02d},"price":%d.50,"millis":%d,"duration_ms":%d,"weight":%d}
          """
              .formatted(
                  ts,
                  i,
                  random.nextInt(200),
                  random.nextInt(5),
                  pick(random, COUNTRIES),
                  pick(random, PLATFORMS),
                  pick(random, ITEMS),
                  pick(random, ITEMS),
                  random.nextInt(200),
                  random.nextInt(100),
                  random.nextInt(50),
                  random.nextInt(10_000),
                  random.nextInt(100_000),
                  random.nextInt(1_000)));
    }
    return events.toString();
  }

  private static String pick(Random random, String[] values) {
    return values[random.nextInt(values.length)];
  }

  private static String resource(String name) {
    try (InputStream in = SampleServer.class.getResourceAsStream("sample/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no resource sample/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
