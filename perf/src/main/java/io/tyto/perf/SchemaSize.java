package io.tyto.perf;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.gateway.Gateway;
import io.tyto.gateway.GatewayOptions;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.testkit.storage.UnforcedDisk;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Tells how large the schema of many collections is, how long it takes to build, and how fast
/// tools can read it: `SchemaSize [collections...]`. Each collection has twelve columns, an entity
/// shared by all, and a cube.
///
/// Builds are CPU time of their thread, reads the time of a client on the same machine.
public final class SchemaSize {
  private static final int BUILDS = 7;
  private static final int READS = 20;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final String CONFIG =
      """
      collection: recharge_%1$d
      time: ts
      entity: { name: user, key: user_id }
      fields:
        ts: { type: timestamp }
        user_id: { type: string }
        country: { type: string, description: ISO 3166-1 alpha-2 }
        platform: { type: string }
        last_platform: { type: string }
        server_id: { type: long, role: dimension }
        item_id: { type: string }
        tags: { type: "string[]" }
        amount: { type: "decimal(18,2)", unit: USD }
        duration_ms: { type: long }
        is_first: { type: bool }
        day: { type: date }
      cubes:
        by_country_platform: { dimensions: [country, platform], measures: [count, sum(amount), distinct(user_id)], granularities: [day] }
      """;

  /// As GraphiQL sends it.
  private static final String INTROSPECTION =
      "query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType"
          + " { name } types { ...FullType } directives { name description locations args { ...InputValue"
          + " } } } } fragment FullType on __Type { kind name description fields(includeDeprecated: true)"
          + " { name description args { ...InputValue } type { ...TypeRef } isDeprecated"
          + " deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef }"
          + " enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }"
          + " possibleTypes { ...TypeRef } } fragment InputValue on __InputValue { name description type"
          + " { ...TypeRef } defaultValue } fragment TypeRef on __Type { kind name ofType { kind name"
          + " ofType { kind name ofType { kind name ofType { kind name } } } } }";

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private SchemaSize() {}

  public static void main(String[] args) throws Exception {
    List<Integer> sizes = new ArrayList<>();
    for (String arg : args) {
      sizes.add(Integer.parseInt(arg));
    }
    System.out.println(
        "collections  SDL KB  build first/median ms  introspection KB  first ms  kept least/median ms");
    for (int size : sizes.isEmpty() ? List.of(1, 20, 100) : sizes) {
      Path folder = Files.createTempDirectory("schema-size");
      try {
        measure(folder, size);
      } finally {
        Folders.delete(folder);
      }
    }
  }

  private static void measure(Path folder, int size) throws Exception {
    Clock clock = Clock.systemUTC();
    try (LocalNode node =
            LocalNode.open(
                folder, IngestOptions.DEFAULT.withPartitions(1), new UnforcedDisk(clock), clock);
        LocalQueryService queries = new LocalQueryService(node, EngineOptions.defaults())) {
      List<ConfigFile> configs = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        configs.add(new ConfigFile("recharge_" + i + ".yaml", CONFIG.formatted(i)));
      }
      node.applyConfigs(configs);
      List<Double> builds = new ArrayList<>();
      int sdlBytes = 0;
      for (int i = 0; i < BUILDS; i++) {
        long start = CPU.getCurrentThreadCpuTime();
        GraphQlApi api =
            GraphQlApi.build(
                node.collections(),
                GraphQlServices.of(queries).withIngest(node, _ -> true),
                clock,
                GraphQlOptions.DEFAULT);
        builds.add((CPU.getCurrentThreadCpuTime() - start) / NANOS_PER_MILLI);
        sdlBytes = api.sdl().length();
      }
      double first = builds.getFirst();
      List<Double> reads = new ArrayList<>();
      int answerBytes = 0;
      try (Gateway gateway = Gateway.start(GatewayOptions.defaults(), queries, node, node, clock);
          HttpClient client = HttpClient.newHttpClient()) {
        for (int i = 0; i <= READS; i++) {
          long start = System.nanoTime();
          answerBytes = read(client, gateway.port());
          reads.add((System.nanoTime() - start) / NANOS_PER_MILLI);
        }
      }
      double firstRead = reads.removeFirst();
      System.out.printf(
          Locale.ROOT,
          "%11d  %6d  %10.0f / %-9.0f  %16d  %8.0f  %8.1f / %.1f%n",
          size,
          sdlBytes >> 10,
          first,
          median(builds),
          answerBytes >> 10,
          firstRead,
          reads.stream().min(Double::compare).orElseThrow(),
          median(reads));
    }
  }

  private static int read(HttpClient client, int port) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/graphql"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"query\": \"" + INTROSPECTION + "\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
    }
    return response.body().length;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
