package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.Values;
import io.tyto.store.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A node with small limits, a collection to fill, and rows as maps.
public final class NodeFixture {
  /// Collections of one group: they share the entity `user`.
  public static final String PLAY =
      """
      collection: play
      time: ts
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        ts: { type: timestamp }
        amount: { type: long }
        tags: { type: "string[]" }
      """;

  /// What {@link #PLAY} may keep of its users, and fill and mark by it, for {@link
  /// #checkLifetimes}.
  public static final String LIFETIME =
      """
        so_far: { state: count }
      lifetime: { events: count, total: sum(amount), last_id: last(id) }
      anomalies: { odd: { value: amount, deviations: 1, after: 2 } }
      """;

  /// Gathers what {@link #LIFETIME} marks.
  public static final String ALERTS =
      """
      collection: alert
      time: ts
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        ts: { type: timestamp }
        amount: { type: long }
      source: { alertsOf: play }
      """;

  public static final String LOGIN =
      """
      collection: login
      time: ts
      entity: { name: user, key: who }
      fields:
        who: { type: string }
        ts: { type: timestamp }
      """;

  /// A collection without entity, event id and time.
  public static final String NOTE =
      """
      collection: note
      fields:
        text: { type: string }
        n: { type: long }
      """;

  public static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);

  /// Seals only when told to, and looks after nothing by itself.
  public static final IngestOptions BY_HAND =
      IngestOptions.DEFAULT
          .withPartitions(2)
          .withSeal(
              new IngestOptions.Seal(
                  1_000_000, 64 << 20, Duration.ofHours(1), Duration.ofHours(1), 1 << 16, 3, 1))
          .withMaintenanceInterval(Duration.ofDays(1));

  private NodeFixture() {}

  public static LocalNode open(Path data) {
    return open(data, BY_HAND, Disk.SYSTEM);
  }

  public static LocalNode open(Path data, IngestOptions options, Disk disk) {
    QuietLog.on();
    return LocalNode.open(data, options, disk, CLOCK);
  }

  public static void apply(LocalNode node, String... configs) {
    List<ConfigFile> files = new ArrayList<>();
    for (String config : configs) {
      String name = config.lines().findFirst().orElseThrow().replace("collection: ", "");
      files.add(new ConfigFile(name + ".yaml", config));
    }
    node.applyConfigs(files);
  }

  public static IngestResult send(LocalNode node, String collection, String body) {
    return node.ingest(collection, body.getBytes(StandardCharsets.UTF_8), Caller.SYSTEM).join();
  }

  /// Imports a file of that text.
  public static FileImportResult importFile(
      LocalNode node, String collection, String name, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    return node.importFile(
        new FileImport(collection, name, Hashes.sha256Hex(text), content.length, false),
        new ByteArrayInputStream(content),
        (_, _, _) -> true);
  }

  /// No file below the folder holds the text.
  public static void assertNowhere(Path data, String text) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(content.contains(text), file.toString());
      }
    }
  }

  /// One event of {@link #PLAY}, as a line.
  public static String play(String id, String user, long amount) {
    return """
    {"id":"%s","user":"%s","ts":"2026-11-20T10:00:00Z","amount":%d,"tags":["a","b"]}
    """
        .formatted(id, user, amount);
  }

  /// Rows of a collection, columns by name; system columns too.
  public static List<Map<String, @Nullable Object>> rows(LocalNode node, String collection) {
    try (TableSnapshot snapshot = node.snapshot(collection)) {
      return rows(snapshot);
    }
  }

  public static List<Map<String, @Nullable Object>> rows(TableSnapshot snapshot) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    List<ColumnSpec> columns = new ArrayList<>(snapshot.schema().columns());
    columns.addAll(SystemColumns.ALL);
    for (RowSource source : snapshot.sources()) {
      int first = rows.size();
      for (int i = 0; i < source.rowCount(); i++) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("partition", source.partition());
        rows.add(row);
      }
      for (ColumnSpec column : columns) {
        read(source, column, rows.subList(first, rows.size()));
      }
    }
    return rows;
  }

  /// What is kept of each user of {@link #PLAY} with {@link #LIFETIME} equals what its rows say;
  /// for events that all have one time, so that the last is the one that came last.
  public static void checkLifetimes(LocalNode node, String what) {
    Map<String, List<Map<String, @Nullable Object>>> byUser = new TreeMap<>();
    for (Map<String, @Nullable Object> row : rows(node, "play")) {
      byUser.computeIfAbsent(String.valueOf(row.get("user")), _ -> new ArrayList<>()).add(row);
    }
    byUser.forEach((user, own) -> {
      Map<String, Kept> kept = node.entity("user", user, Caller.SYSTEM, Duration.ofSeconds(30));
      assertNotNull(kept, what);
      Map<String, @Nullable Object> last =
          own.stream()
              .max(
                  Comparator.comparingLong(
                      row -> (Long) Objects.requireNonNull(row.get("_offset"))))
              .orElseThrow();
      Map<String, @Nullable Object> expected = new LinkedHashMap<>();
      expected.put("events", (long) own.size());
      expected.put(
          "total",
          own.stream().mapToLong(row -> (Long) Objects.requireNonNull(row.get("amount"))).sum());
      expected.put("last_id", last.get("id"));
      assertEquals(expected, Objects.requireNonNull(kept.get("play")).values(), what + ", " + user);
      checkFilled(own, what + ", " + user);
    });
  }

  /// Rows of a user say how many there were, and which values lie off; all come from one log.
  private static void checkFilled(List<Map<String, @Nullable Object>> own, String what) {
    List<Map<String, @Nullable Object>> ordered = new ArrayList<>(own);
    ordered.sort(
        Comparator.comparingLong(row -> (Long) Objects.requireNonNull(row.get("_offset"))));
    long count = 0;
    double mean = 0;
    double squares = 0;
    for (Map<String, @Nullable Object> row : ordered) {
      double amount = (Long) Objects.requireNonNull(row.get("amount"));
      Boolean odd = count < 2 ? null : Math.abs(amount - mean) > Math.sqrt(squares / (count - 1));
      assertEquals(odd, row.get("odd"), what);
      double delta = amount - mean;
      mean += delta / ++count;
      squares += delta * (amount - mean);
      assertEquals(count, row.get("so_far"), what);
    }
  }

  /// The rows of {@link #ALERTS} are those of {@link #PLAY} that are marked, each once.
  public static void checkAlerts(LocalNode node, String what) {
    assertEquals(
        rows(node, "play").stream()
            .filter(row -> Boolean.TRUE.equals(row.get("odd")))
            .map(NodeFixture::identity)
            .sorted()
            .toList(),
        rows(node, "alert").stream().map(NodeFixture::identity).sorted().toList(),
        what);
  }

  private static String identity(Map<String, @Nullable Object> row) {
    return Stream.of("partition", "_log", "_offset", "id", "user", "amount")
        .map(name -> String.valueOf(row.get(name)))
        .collect(Collectors.joining(" "));
  }

  /// Values of one column over all rows, as text.
  public static List<String> values(LocalNode node, String collection, String column) {
    return rows(node, collection).stream().map(row -> String.valueOf(row.get(column))).toList();
  }

  private static void read(
      RowSource source, ColumnSpec column, List<Map<String, @Nullable Object>> rows) {
    ColumnReader reader = source.column(column.id());
    if (reader == null) {
      rows.forEach(row -> row.put(column.name(), null));
      return;
    }
    for (int from = 0; from < source.rowCount(); from += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, source.rowCount() - from);
      ColumnVector vector = reader.read(from, count);
      for (int i = 0; i < count; i++) {
        rows.get(from + i).put(column.name(), value(column.type(), vector, i));
      }
    }
  }

  private static @Nullable Object value(ColumnType type, ColumnVector vector, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.AllNull _ -> null;
      case ColumnVector.Longs longs -> Values.fromLong(type.element(), longs.values()[position]);
      case ColumnVector.Doubles doubles -> doubles.values()[position];
      case ColumnVector.Ordinals ordinals ->
          Values.fromBytes(
              type.element(), ordinals.dictionary().value(ordinals.values()[position]));
      case ColumnVector.Bytes bytes ->
          Values.fromBytes(
              type.element(),
              Arrays.copyOfRange(
                  bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]));
      case ColumnVector.Lists lists -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = lists.offsets()[position]; i < lists.offsets()[position + 1]; i++) {
          elements.add(value(type, lists.elements(), i));
        }
        yield elements;
      }
    };
  }
}
