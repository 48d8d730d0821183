package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.ViewService.State;
import io.tyto.model.port.ViewService.ViewInput;
import io.tyto.model.port.ViewService.ViewStatus;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.View;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogState.SavedView;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Rows of views equal a fold over the events that they stand for, whatever happens to the node.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ViewNodeTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int MAX_ROWS = 500;
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static final String FIELDS =
      """
      collection: buy
      time: ts
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        ts: { type: timestamp }
        amount: { type: long }
        price: { type: "decimal(12,2)" }
        weight: { type: double }
        platform: { type: string }
        item: { type: string }
      """;

  private static final String DAILY =
      views(
          """
            daily_%s:
              dimensions: [platform]
              measures: [sum(amount), sum(price), sum(weight), avg(price), min(amount), max(item), max(ts), distinct(user), distinctExact(item), count(amount)]
              granularity: day
              zone: Europe/Berlin
              strategy: %s
          """);

  private static final String TOTAL =
      views(
          """
            total_%s:
              dimensions: [item]
              measures: [sum(price), distinct(user), min(ts)]
              strategy: %s
              backfillFrom: 2026-11-05T00:00:00Z
          """);

  private static final String VIEWS = "views:\n" + DAILY + TOTAL;

  private static final String SALES =
      """
      views:
        totals: { dimensions: [platform], measures: [sum(amount)], strategy: incremental }
        cached: { dimensions: [item], measures: [sum(amount)], strategy: cache }
      """;

  private static final String RETENTION = "retention: { raw: P60D }\n";

  private final Random random = new Random(SEED);
  private final TickingClock clock = new TickingClock();
  private final List<Event> events = new ArrayList<>();

  /// Events that views of a strategy have taken in.
  private final Map<View.Strategy, List<Event>> taken = new HashMap<>();

  private int sealed;

  /// Some of them are so old that retention takes them next, and views take them in before.
  private boolean hasOld;

  @TempDir Path temp;

  /// One for each strategy.
  private static String views(String view) {
    return Arrays.stream(View.Strategy.values())
        .map(strategy -> strategy.name().toLowerCase(Locale.ROOT))
        .map(strategy -> view.formatted(strategy, strategy).indent(2))
        .collect(Collectors.joining());
  }

  /// Stands still but for what the test lets pass.
  private static final class TickingClock extends Clock {
    private volatile Instant now = NodeFixture.CLOCK.instant();

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private record Event(
      String id,
      String user,
      Instant ts,
      @Nullable Long amount,
      BigDecimal price,
      double weight,
      @Nullable String platform,
      String item) {
    String json() {
      return """
      {"id":"%s","user":"%s","ts":"%s","amount":%s,"price":%s,"weight":%s,"platform":%s,"item":"%s"}
      """
          .formatted(
              id,
              user,
              ts,
              amount,
              price,
              weight,
              platform == null ? "null" : "\"" + platform + "\"",
              item);
    }
  }

  private Event event(Instant from) {
    return new Event(
        "e" + events.size() + "-" + random.nextInt(1 << 20),
        "user" + random.nextInt(25),
        from.plusMillis(random.nextLong(Duration.ofDays(10).toMillis())),
        random.nextInt(10) == 0 ? null : random.nextLong(-1000, 1000),
        BigDecimal.valueOf(random.nextLong(1_000_000), 2),
        random.nextDouble() * 1e6,
        random.nextInt(8) == 0 ? null : List.of("ios", "android", "web").get(random.nextInt(3)),
        "item" + random.nextInt(6));
  }

  private LocalNode open(Path data, Disk disk) {
    QuietLog.on();
    IngestOptions options =
        NodeFixture.BY_HAND
            .withCompaction(new IngestOptions.Compaction(true, 3, 16_000_000, 1L << 30))
            .withViews(new IngestOptions.Views(40, MAX_ROWS));
    return LocalNode.open(data, options, disk, clock);
  }

  private String body(Instant from, int count) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      Event event = event(from);
      events.add(event);
      body.append(event.json());
      Event again = events.get(Math.max(0, events.size() - 1 - random.nextInt(20)));
      if (random.nextInt(4) == 0
          && again.ts().isAfter(clock.instant().minus(Duration.ofDays(30)))) {
        body.append(again.json());
      }
    }
    return body.toString();
  }

  private void send(LocalNode node, Instant from, int count) {
    NodeFixture.send(node, "buy", body(from, count));
  }

  private void flush(LocalNode node) {
    node.flush();
    sealed = events.size();
  }

  /// A round of maintenance, so much later that every view is due.
  private void maintain(LocalNode node) {
    clock.pass(Duration.ofHours(2));
    hasOld = false;
    Set<String> standing = new TreeSet<>(NodeFixture.values(node, "buy", "id"));
    node.maintain();
    taken.put(View.Strategy.INCREMENTAL, List.copyOf(events.subList(0, sealed)));
    taken.put(
        View.Strategy.CACHE,
        events.subList(0, sealed).stream().filter(event -> standing.contains(event.id())).toList());
  }

  /// What was taken in is known to the first round after a start only.
  private LocalNode reopen(Path data, Disk disk) {
    LocalNode node = open(data, disk);
    node.maintain();
    taken.put(View.Strategy.INCREMENTAL, List.copyOf(events.subList(0, sealed)));
    return node;
  }

  private void check(LocalNode node, String what) {
    for (View.Strategy strategy : View.Strategy.values()) {
      List<Event> of =
          strategy == View.Strategy.REALTIME ? events : taken.getOrDefault(strategy, List.of());
      String name = strategy.name().toLowerCase(Locale.ROOT);
      String told = "%s, %s, seed %d".formatted(what, name, SEED);
      checkDaily(node, "daily_" + name, of, told);
      if (node.views().size() > View.Strategy.values().length) {
        checkTotal(node, "total_" + name, of, told);
      }
    }
  }

  private static List<Map<String, @Nullable Object>> rows(LocalNode node, String view) {
    return NodeFixture.rows(node, View.PREFIX + view);
  }

  private static void checkDaily(LocalNode node, String view, List<Event> of, String what) {
    Map<String, List<Event>> groups = new TreeMap<>();
    for (Event event : of) {
      Instant day = LocalDate.ofInstant(event.ts(), BERLIN).atStartOfDay(BERLIN).toInstant();
      groups.computeIfAbsent(day + " " + event.platform(), _ -> new ArrayList<>()).add(event);
    }
    List<Map<String, @Nullable Object>> rows = rows(node, view);
    assertEquals(groups.size(), rows.size(), what);
    for (Map<String, @Nullable Object> row : rows) {
      List<Event> group = groups.get(row.get("ts") + " " + row.get("platform"));
      String told = what + ": " + row;
      assertTrue(group != null, told);
      List<Long> amounts = group.stream().map(Event::amount).filter(a -> a != null).toList();
      BigDecimal paid = group.stream().map(Event::price).reduce(BigDecimal.ZERO, BigDecimal::add);
      BigDecimal weight =
          group.stream()
              .map(event -> new BigDecimal(event.weight()))
              .reduce(BigDecimal.ZERO, BigDecimal::add);
      assertEquals((long) group.size(), row.get("row_count"), told);
      assertEquals((long) amounts.size(), row.get("count_amount"), told);
      assertEquals(
          amounts.isEmpty() ? null : amounts.stream().mapToLong(a -> a).sum(),
          row.get("sum_amount"),
          told);
      assertEquals(amounts.stream().min(Long::compare).orElse(null), row.get("min_amount"), told);
      assertEquals(paid, row.get("sum_price"), told);
      assertEquals(paid.doubleValue() / group.size(), (Double) row.get("avg_price"), 1e-6, told);
      double exact = weight.doubleValue();
      assertEquals(exact, (Double) row.get("sum_weight"), Math.abs(exact) * 1e-12, told);
      assertEquals(
          group.stream().map(Event::item).max(String::compareTo).orElseThrow(),
          row.get("max_item"),
          told);
      assertEquals(
          group.stream().map(Event::ts).max(Instant::compareTo).orElseThrow(),
          row.get("max_ts"),
          told);
      assertEquals(
          group.stream().map(Event::user).distinct().count(), row.get("distinct_user"), told);
      assertEquals(
          group.stream().map(Event::item).distinct().count(), row.get("distinct_exact_item"), told);
    }
  }

  private static void checkTotal(LocalNode node, String view, List<Event> of, String what) {
    Map<String, List<Event>> groups =
        of.stream()
            .filter(event -> !event.ts().isBefore(Instant.parse("2026-11-05T00:00:00Z")))
            .collect(Collectors.groupingBy(Event::item));
    List<Map<String, @Nullable Object>> rows = rows(node, view);
    assertEquals(
        groups.keySet(),
        rows.stream().map(row -> row.get("item")).collect(Collectors.toSet()),
        what);
    for (Map<String, @Nullable Object> row : rows) {
      List<Event> group = groups.get(String.valueOf(row.get("item")));
      assertEquals((long) group.size(), row.get("row_count"), what + ": " + row);
      assertEquals(
          group.stream().map(Event::price).reduce(BigDecimal.ZERO, BigDecimal::add),
          row.get("sum_price"),
          what);
      assertEquals(
          group.stream().map(Event::user).distinct().count(), row.get("distinct_user"), what);
      assertEquals(
          group.stream().map(Event::ts).min(Comparator.naturalOrder()).orElseThrow(),
          row.get("min_ts"),
          what);
    }
  }

  @Test
  void equalTheQueryTheyMaterialiseThroughSealsCompactionsRetentionAndRestarts() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data-0"));
    LocalNode node = open(data, Disk.SYSTEM);
    try {
      NodeFixture.apply(node, FIELDS + VIEWS + RETENTION);
      send(node, now(20), 60);
      check(node, "nothing is sealed");
      flush(node);
      maintain(node);
      check(node, "built");
      for (int step = 0; step < 40 * SCALE; step++) {
        boolean isOld = random.nextInt(4) == 0;
        Instant from = now(isOld ? 90 : 20);
        int choice = random.nextInt(11);
        hasOld |= isOld && choice < 4;
        switch (choice) {
          case 0, 1, 2 -> send(node, from, 1 + random.nextInt(30));
          case 3 -> {
            NodeFixture.importFile(node, "buy", "file" + step, body(from, 50));
            flush(node);
          }
          case 4 -> flush(node);
          case 5, 6 -> {
            flush(node);
            maintain(node);
          }
          case 7, 8, 9 -> {
            // Compaction makes one of segments that are in the views and others that are not.
            flush(node);
            if (!hasOld) {
              node.maintain();
            }
          }
          default -> {
            // As a kill would leave it: what is not sealed is in the log.
            Path crashed = temp.resolve("data-" + (step + 1));
            copy(data, crashed);
            node.close();
            data = crashed;
            node = reopen(data, Disk.SYSTEM);
          }
        }
        check(node, "step " + step);
      }
      flush(node);
      maintain(node);
      check(node, "end");
      assertTrue(NodeFixture.rows(node, "buy").size() < events.size(), "retention took nothing");
      assertEquals(List.of(), node.verifyViews(false, _ -> {}));
    } finally {
      node.close();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private Instant now(int daysAgo) {
    return clock.instant().minus(Duration.ofDays(daysAgo));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.endsWith("LOCK")) {
          Files.copy(file, target);
        }
      }
    }
  }

  @Test
  void areRightAfterACrashAtAnyStepOfTheirBuildingAndRefresh() throws Exception {
    Path whole = Files.createDirectory(temp.resolve("whole"));
    FaultDisk counting = new FaultDisk(whole);
    build(whole, counting, Long.MAX_VALUE);
    long first = stepsBeforeViews(whole.resolveSibling("before"));
    long steps = counting.steps() - first;
    for (int point = 0; point < 6 * SCALE; point++) {
      long step = first + 1 + random.nextLong(steps);
      Path data = Files.createDirectory(temp.resolve("crash-" + point));
      FaultDisk disk = new FaultDisk(data);
      build(data, disk, step);
      if (point % 2 == 0) {
        disk.restart();
      } else {
        disk.losePower(random);
      }
      String what = "crash at step %d of %d".formatted(step, steps);
      try (LocalNode node = open(data, disk)) {
        NodeFixture.apply(node, FIELDS + "views:\n" + DAILY);
        checkDaily(node, "daily_realtime", events, what);
        node.maintain();
        checkDaily(node, "daily_realtime", events, what);
        flush(node);
        maintain(node);
        check(node, what);
        assertEquals(List.of(), node.verifyViews(false, _ -> {}));
      }
      assertEquals(List.of(), DataVerifier.verify(data).faults(), what);
    }
  }

  /// Events without views, then views of what is there, then more. The same each time.
  private void build(Path data, FaultDisk disk, long crashAt) {
    events.clear();
    Random outer = new Random(7);
    List<String> bodies = new ArrayList<>();
    for (int batch = 0; batch < 5; batch++) {
      for (int i = 0; i < 30; i++) {
        events.add(
            new Event(
                "e" + batch + "-" + i,
                "user" + outer.nextInt(25),
                now(20).plusSeconds(outer.nextInt(800_000)),
                outer.nextLong(1000),
                BigDecimal.valueOf(outer.nextLong(1000), 2),
                outer.nextDouble(),
                "web",
                "item" + outer.nextInt(6)));
      }
      bodies.add(
          events.subList(batch * 30, batch * 30 + 30).stream()
              .map(Event::json)
              .collect(Collectors.joining()));
    }
    try (LocalNode node = open(data, disk)) {
      NodeFixture.apply(node, FIELDS);
      for (String body : bodies.subList(0, 4)) {
        NodeFixture.send(node, "buy", body);
        node.flush();
      }
      NodeFixture.send(node, "buy", bodies.getLast());
      disk.crashAt(crashAt);
      NodeFixture.apply(node, FIELDS + "views:\n" + DAILY);
      node.maintain();
      node.flush();
      clock.pass(Duration.ofHours(2));
      node.maintain();
    } catch (SimulatedCrash | TytoException e) {
      assertNotEquals(Long.MAX_VALUE, crashAt, e.toString());
    }
    sealed = events.size();
  }

  private long stepsBeforeViews(Path data) throws IOException {
    FaultDisk disk = new FaultDisk(Files.createDirectory(data));
    long[] steps = {0};
    try (LocalNode node = open(data, disk)) {
      NodeFixture.apply(node, FIELDS);
      for (int batch = 0; batch < 4; batch++) {
        NodeFixture.send(node, "buy", events.get(batch * 30).json());
        node.flush();
      }
      steps[0] = disk.steps();
    }
    return steps[0];
  }

  private static void refused(ErrorCode code, String part, Executable work) {
    TytoException e = assertThrows(TytoException.class, work);
    assertEquals(code, e.code(), e.toString());
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.toString());
  }

  private static ViewInput input(String name, String dimension, String measure) {
    return new ViewInput(
        name, "buy", List.of(dimension), List.of(measure), "day", null, "incremental", null, null);
  }

  private static ViewStatus status(LocalNode node, String view) {
    return node.views().stream()
        .filter(each -> each.view().name().equals(view))
        .findFirst()
        .orElseThrow();
  }

  /// What may define views of `buy` and sees neither prices nor what others have.
  @Test
  void whoCreatesOneIsToldNothingOfWhatTheyDoNotSee() throws Exception {
    Caller caller =
        new Caller(
            "k",
            Caller.Kind.KEY,
            "k",
            Caller.DEFAULT_PROJECT,
            Access.of(List.of(Scope.parse("define:buy")), Map.of()),
            Caller.DEFAULT_LIMITS);
    try (LocalNode node = open(Files.createDirectory(temp.resolve("data")), Disk.SYSTEM)) {
      NodeFixture.apply(
          node,
          FIELDS.replace("price: { type: ", "price: { scope: finance, type: ")
              + "views: { own: { dimensions: [item] } }\n");
      NodeFixture.apply(
          node,
          """
          collection: secret_game
          project: umbrella
          time: ts
          fields: { ts: { type: timestamp }, weapon: { type: string } }
          views: { weapons: { dimensions: [weapon] } }
          """);
      node.createView(
          new ViewInput(
              "b", "secret_game", List.of("weapon"), List.of(), null, null, null, null, null),
          Caller.SYSTEM);
      for (String taken : List.of("weapons_filter", "b_filter")) {
        TytoException refused =
            assertThrows(
                TytoException.class,
                () -> node.createView(input(taken, "platform", "count"), caller));
        assertEquals(
            "the name '%s' is taken; give the view another name".formatted(taken),
            refused.getMessage());
      }
      refused(
          ErrorCode.BAD_USER_INPUT,
          "which the view own of buy has already",
          () -> node.createView(input("own_filter", "platform", "count"), caller));
      TytoException hidden =
          assertThrows(
              TytoException.class,
              () -> node.createView(input("x", "platform", "sum(price)"), caller));
      TytoException unknown =
          assertThrows(
              TytoException.class,
              () -> node.createView(input("x", "platform", "sum(prize)"), caller));
      assertEquals(
          String.valueOf(unknown.getMessage()).replace("prize", "price"), hidden.getMessage());
    }
  }

  @Test
  void areCreatedAndDroppedWhileTheNodeRuns() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + "views: { fixed: { dimensions: [item] } }\n");
      send(node, now(20), 100);
      flush(node);
      refused(
          ErrorCode.BAD_USER_INPUT,
          "expected a column of `fields` (did you mean 'platform'?)",
          () -> node.createView(input("new", "platfrom", "count"), Caller.SYSTEM));
      refused(
          ErrorCode.BAD_USER_INPUT,
          "needs a number",
          () -> node.createView(input("new", "platform", "sum(item)"), Caller.SYSTEM));
      refused(
          ErrorCode.BAD_USER_INPUT,
          "which every schema has already; give the view another name",
          () -> node.createView(input("view", "platform", "count"), Caller.SYSTEM));
      refused(
          ErrorCode.VERSION_CONFLICT,
          "there is a view 'fixed'",
          () -> node.createView(input("fixed", "platform", "count"), Caller.SYSTEM));
      node.createView(input("a", "platform", "count"), Caller.SYSTEM);
      refused(
          ErrorCode.BAD_USER_INPUT,
          "the type 'MaterializedAFilter', which the view a of buy, made by createView, has already",
          () -> node.createView(input("a_filter", "platform", "count"), Caller.SYSTEM));
      refused(
          ErrorCode.CONFIG_INVALID,
          "the type 'MaterializedA', which the view a of buy, made by createView, has already",
          () ->
              NodeFixture.apply(
                  node,
                  FIELDS
                      .replace("collection: buy", "collection: materialized_a")
                      .replace("entity: { name: user, key: user }\n", "")));
      node.dropView("a");
      refused(ErrorCode.BAD_USER_INPUT, "stands in the config", () -> node.dropView("fixed"));
      refused(ErrorCode.NOT_FOUND, "no view 'other'", () -> node.dropView("other"));
      ViewStatus created = node.createView(input("new", "platform", "sum(price)"), Caller.SYSTEM);
      assertEquals("buy", created.collection());
      assertEquals(100, rowCount(node, "new"), "answers before it is built");
      clock.pass(Duration.ofHours(2));
      node.maintain();
      assertEquals(State.READY, status(node, "new").state());
      assertEquals(1, status(node, "new").progress());
      send(node, now(20), 10);
      flush(node);
      assertEquals(100, rowCount(node, "new"), "as of its refresh");
      clock.pass(Duration.ofHours(2));
      assertEquals(State.STALE, status(node, "new").state());
      node.refreshView("new");
      node.maintain();
      assertEquals(110, rowCount(node, "new"));
      refused(
          ErrorCode.CONFIG_INVALID,
          "the field 'new', which the view new of buy, made by createView, has already",
          () -> NodeFixture.apply(node, FIELDS + "views: { new: { dimensions: [item] } }\n"));
    }
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      assertEquals(110, rowCount(node, "new"), "after a restart");
      try (TableSnapshot snapshot = node.snapshot(View.PREFIX + "new")) {
        TableSnapshot.Made made = snapshot.facts().made();
        assertTrue(made != null && made.servedBy().equals("view:new"), String.valueOf(made));
        assertEquals(
            events.stream().map(Event::ts).max(Comparator.naturalOrder()).orElseThrow(),
            made.watermark());
      }
      node.dropView("new");
      node.maintain();
      refused(ErrorCode.NOT_FOUND, "no view 'new'", () -> rowCount(node, "new"));
      NodeFixture.apply(node, FIELDS.replace("  item: { type: string }\n", ""));
      node.maintain();
      assertEquals(List.of(), node.views());
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
    try (Stream<Path> files = Files.walk(data)) {
      assertTrue(files.anyMatch(file -> file.toString().endsWith(".seg")));
    }
  }

  @Test
  void aViewOfTooManyRowsFailsAndSaysWhy() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(
          node,
          FIELDS + "views: { wide: { dimensions: [id] }, narrow: { dimensions: [platform] } }\n");
      send(node, now(20), 300);
      flush(node);
      maintain(node);
      assertEquals(300, rowCount(node, "wide"));
      send(node, now(20), 1_500);
      refused(
          ErrorCode.LIMIT_TOO_LARGE,
          "the view wide has 1,800 rows, at most 500: leave a dimension out",
          () -> rowCount(node, "wide"));
      flush(node);
      maintain(node);
      ViewStatus failed = status(node, "wide");
      assertEquals(State.FAILED, failed.state());
      assertTrue(String.valueOf(failed.message()).contains("at most 500"), failed.toString());
      assertTrue(node.status().alarms().toString().contains("view wide: "), "an alarm");
      assertTrue(
          node.status().views().toString().contains("view wide of buy: FAILED"),
          node.status().views().toString());
      refused(ErrorCode.LIMIT_TOO_LARGE, "is not kept up", () -> rowCount(node, "wide"));
      assertEquals(1_800, rowCount(node, "narrow"), "the other goes on");
      NodeFixture.apply(node, FIELDS + "views: { narrow: { dimensions: [platform] } }\n");
      node.maintain();
      assertEquals(List.of(), node.status().alarms());
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void partitionsWithFewRowsEachMayHaveTooManyTogether() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(
          node,
          FIELDS
              + "views: { wide: { dimensions: [id], strategy: incremental }, total: { dimensions: [item] } }\n");
      send(node, now(20), MAX_ROWS + 100);
      flush(node);
      maintain(node);
      assertEquals(State.READY, status(node, "wide").state(), "each of them has few");
      for (int question = 0; question < 2; question++) {
        refused(
            ErrorCode.LIMIT_TOO_LARGE,
            "the view wide has 600 rows, at most 500",
            () -> rowCount(node, "wide"));
        assertEquals(State.FAILED, status(node, "wide").state());
      }
    }
  }

  @Test
  void yearsOfAViewWithoutAGranularityAreNoRows() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + "views: { narrow: { dimensions: [amount] } }\n");
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < 3 * 400; i++) {
        // Of one entity, so that all are in one partition: 400 amounts in each of three years.
        body.append(sale("sale" + i, now(20 + 400 * (i / 400)), i % 400));
      }
      NodeFixture.send(node, "buy", body.toString());
      node.flush();
      maintain(node);
      assertEquals(State.READY, status(node, "narrow").state(), status(node, "narrow").toString());
      assertEquals(400, rows(node, "narrow").size());
      assertEquals(1_200, rowCount(node, "narrow"));
    }
  }

  @Test
  void aQuestionThatIsOverOrMayTakeLittleIsToldSo() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + "views: { totals: { dimensions: [platform] } }\n");
      send(node, now(20), 100);
      flush(node);
      String view = View.PREFIX + "totals";
      QueryContext little = new QueryContext("little", Duration.ofMinutes(1), 1);
      refused(ErrorCode.MEMORY_LIMIT_EXCEEDED, "", () -> node.snapshot(view, little));
      QueryContext over = new QueryContext("over", Duration.ZERO, 1 << 20);
      refused(ErrorCode.QUERY_TIMEOUT, "over", () -> node.snapshot(view, over));
      QueryContext cancelled = new QueryContext("gone", Duration.ofMinutes(1), 1 << 20);
      cancelled.cancel();
      refused(ErrorCode.CANCELLED, "gone", () -> node.snapshot(view, cancelled));
      assertEquals(100, rowCount(node, "totals"), "and others get it");
    }
  }

  @Test
  void cellsThatAreDamagedAreToldAndMadeAnew() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + "views: { totals: { dimensions: [platform] } }\n");
      send(node, now(20), 60);
      flush(node);
      maintain(node);
    }
    Path cells = newestSegment(data);
    try (RandomAccessFile file = new RandomAccessFile(cells.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertNotEquals(List.of(), DataVerifier.verify(data).faults());
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      refused(ErrorCode.SEGMENT_CORRUPT, "", () -> rowCount(node, "totals"));
      List<String> found = node.verifyViews(false, _ -> {});
      assertEquals(1, found.size(), found.toString());
      assertTrue(found.getFirst().contains("view totals: it cannot be read"), found.toString());
      assertEquals(1, node.verifyViews(true, _ -> {}).size());
      assertEquals(List.of(), node.verifyViews(false, _ -> {}));
      assertEquals(60, rowCount(node, "totals"));
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  /// Of the commits, which are those of the view behind those of the rows.
  private static Path newestSegment(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+-1-\\p{XDigit}+\\.seg"))
          .max(
              Comparator.comparingLong(
                  file -> Long.parseLong(file.getFileName().toString().split("-")[0])))
          .orElseThrow();
    }
  }

  @Test
  void retentionWaitsForViewsThatFollowAndAreNotUpToDate() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    String views =
        "views: { totals: { dimensions: [platform] }, wide: { dimensions: [id] }, often: { dimensions: [item], strategy: cache } }\n";
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + views);
      send(node, now(20), 60);
      flush(node);
      maintain(node);
    }
    damage(data, "totals@");
    damage(data, "often@");
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS + views + RETENTION);
      send(node, now(90), 30);
      flush(node);
      maintain(node);
      assertEquals(90, NodeFixture.rows(node, "buy").size(), "not all of them are counted");
      assertEquals(90, rowCount(node, "often"), "made anew without a repair");
      assertTrue(
          node.status().alarms().toString().contains("tyto verify --cubes --repair"),
          node.status().alarms().toString());
      node.verifyViews(true, _ -> {});
      maintain(node);
      maintain(node);
      assertEquals(60, NodeFixture.rows(node, "buy").size());
      assertEquals(90, rowCount(node, "totals"), "counted before they went");
      send(node, now(90), 2_000);
      flush(node);
      maintain(node);
      assertEquals(60, NodeFixture.rows(node, "buy").size(), "one that failed waits for nothing");
      assertEquals(2_090, rowCount(node, "totals"));
      assertTrue(
          String.valueOf(status(node, "wide").message()).contains("what retention takes from now"),
          status(node, "wide").toString());
    }
  }

  @Test
  void aPlanSaysWhatViewsLoseAndOneThatDoesNotFitKeepsItsCells() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    String counting = FIELDS + SALES + RETENTION;
    String without = counting.replace("  weight: { type: double }\n", "");
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, counting);
      node.createView(input("by_weight", "weight", "count"), Caller.SYSTEM);
      send(node, now(90), 40);
      flush(node);
      maintain(node);
      maintain(node);
      assertEquals(0, NodeFixture.rows(node, "buy").size(), "retention took them");
      assertEquals(
          List.of("views.totals begins anew"),
          told(
              node,
              counting.replace("amount: { type: long }", "amount: { type: \"decimal(20,0)\" }")));
      assertEquals(
          List.of("views.totals counts stored rows only"),
          told(node, counting.replace("strategy: incremental", "strategy: cache")));
      assertEquals(List.of("views.by_weight does not fit any more"), told(node, without));
      assertEquals(
          List.of("views.totals begins anew"),
          told(
              node,
              counting.replace(
                  "platform: { type: string }",
                  "platform: { type: string, privacy: { policy: hash } }")));
      assertEquals(List.of(), told(node, counting.replace("P60D", "P70D")));
      NodeFixture.apply(node, without);
      maintain(node);
      assertEquals(State.FAILED, status(node, "by_weight").state());
      NodeFixture.apply(node, counting);
      maintain(node);
      assertEquals(40, rowCount(node, "by_weight"), "as it was");
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  /// What the plan says of views but for their definitions.
  private static List<String> told(LocalNode node, String config) {
    return node.diffConfigs(List.of(new ConfigFile("buy.yaml", config))).collections().stream()
        .flatMap(plan -> plan.changes().stream())
        .map(ConfigChange::what)
        .filter(what -> what.startsWith("views.") && !what.endsWith("is another"))
        .toList();
  }

  @Test
  void whatIsVerifiedIsAllButWhatRetentionTookOfIt() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Path other = Files.createDirectory(temp.resolve("other"));
    Instant from = now(20);
    for (Path folder : List.of(data, other)) {
      try (LocalNode node = open(folder, Disk.SYSTEM)) {
        NodeFixture.apply(node, FIELDS + RETENTION);
        NodeFixture.send(node, "buy", sale("old", now(90), 1));
        node.flush();
        node.maintain();
        assertEquals(0, NodeFixture.rows(node, "buy").size());
        NodeFixture.apply(node, FIELDS + SALES + RETENTION);
        NodeFixture.send(node, "buy", sale("new", from, folder.equals(data) ? 1_000 : 1_001));
        node.flush();
        maintain(node);
        List<String> notes = new ArrayList<>();
        assertEquals(List.of(), node.verifyViews(false, notes::add));
        assertEquals(List.of(), notes, "it has counted nothing that is gone");
      }
    }
    for (String view : List.of("totals@", "cached@")) {
      Files.copy(
          cellsOf(other, view).getFirst(),
          cellsOf(data, view).getFirst(),
          StandardCopyOption.REPLACE_EXISTING);
    }
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      List<String> found = node.verifyViews(false, _ -> {});
      assertEquals(2, found.size(), found.toString());
      assertTrue(found.stream().noneMatch(each -> each.contains("read")), found.toString());
      assertEquals(1_001L, rows(node, "totals").getFirst().get("sum_amount"));
      assertEquals(2, node.verifyViews(true, _ -> {}).size());
      assertEquals(List.of(), node.verifyViews(false, _ -> {}));
      assertEquals(1_000L, rows(node, "totals").getFirst().get("sum_amount"));
      clock.pass(Duration.ofDays(50));
      node.maintain();
      List<String> notes = new ArrayList<>();
      assertEquals(List.of(), node.verifyViews(false, notes::add));
      assertTrue(notes.toString().contains("view totals has counted rows"), notes.toString());
      assertEquals(1_000L, rows(node, "totals").getFirst().get("sum_amount"));
    }
    damage(data, "totals@");
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      List<String> found = node.verifyViews(true, _ -> {});
      assertEquals(1, found.size(), found.toString());
      assertTrue(
          found.getFirst().contains("it cannot be read, and what it had counted of rows"),
          found.toString());
      assertEquals(List.of(), node.verifyViews(false, _ -> {}));
      assertEquals(List.of(), rows(node, "totals"));
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private static String sale(String id, Instant time, long amount) {
    return new Event(id, "user", time, amount, BigDecimal.ONE, 1, "web", "item").json();
  }

  /// Cuts the files with the cells of a view in half.
  ///
  /// @param view what its id begins with
  private static void damage(Path data, String view) throws IOException {
    for (Path cells : cellsOf(data, view)) {
      try (RandomAccessFile file = new RandomAccessFile(cells.toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
    }
  }

  /// As the newest manifest of each partition names them.
  private static List<Path> cellsOf(Path data, String view) throws IOException {
    Pattern entry =
        Pattern.compile(
            "\\{\"id\":\"([^\"]+)\"[^{}]*\"ranges\":\\{[^{}]*}[^{}]*\"view\":\"" + view);
    Map<Path, Path> newest = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data)) {
      files
          .filter(file -> file.getParent().endsWith("m"))
          .sorted()
          .forEach(file -> newest.put(file.getParent(), file));
    }
    List<Path> cells = new ArrayList<>();
    for (Path manifest : newest.values()) {
      Matcher found = entry.matcher(Files.readString(manifest));
      if (found.find()) {
        cells.add(manifest.getParent().resolveSibling("s").resolve(found.group(1)));
      }
    }
    assertNotEquals(List.of(), cells, view);
    return cells;
  }

  @Test
  void aViewWhoseNamesAreTakenIsLeftOutUntilItIsDropped() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, FIELDS);
      send(node, now(20), 10);
      flush(node);
      node.createView(input("sales", "platform", "count"), Caller.SYSTEM);
    }
    // No process of ours does so.
    Catalog.open(
            new FsStore(data.resolve("store"), Disk.SYSTEM), StoreKeys.DEFAULT_PROJECT, "another")
        .change(draft -> {
          SavedView sales = draft.state().views().get("sales");
          draft.saveView("sales_group", sales.collectionId(), sales.definition());
        });
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      assertEquals(
          List.of("sales"), node.viewCollections().stream().map(it -> it.view().name()).toList());
      ViewStatus left = status(node, "sales_group");
      assertEquals(State.FAILED, left.state());
      assertTrue(
          String.valueOf(left.message()).contains("'MaterializedSalesGroup', which the view sales"),
          left.toString());
      node.dropView("sales");
      assertEquals(10, rowCount(node, "sales_group"));
    }
  }

  @Test
  void yearsThatAreShownAreNotTakenForYearsThatAreNot() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    String without =
        FIELDS + "views: { years: { dimensions: [platform], measures: [sum(amount)] } }\n";
    String with =
        without.replace("measures: [sum(amount)]", "measures: [sum(amount)], granularity: year");
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, without);
      send(node, now(20), 50);
      flush(node);
      maintain(node);
      for (String config : List.of(with, without, with)) {
        assertEquals(50, rowCount(node, "years"), "in the cache by that");
        String before = version(node, "years");
        NodeFixture.apply(node, config);
        assertNotEquals(before, version(node, "years"), "what cursors hold is another");
        assertEquals(50, rowCount(node, "years"));
        for (Map<String, @Nullable Object> row : rows(node, "years")) {
          assertEquals(
              config.equals(with) ? Instant.parse("2026-01-01T00:00:00Z") : null, row.get("ts"));
        }
      }
    }
  }

  @Test
  void measuresThatChangePlacesTakeTheirValuesAlong() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    String views = FIELDS + "views: { sums: { dimensions: [platform], measures: [%s] } }\n";
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      NodeFixture.apply(node, views.formatted("sum(amount), min(amount)"));
      send(node, now(20), 50);
      flush(node);
      maintain(node);
      Set<Map<String, @Nullable Object>> before = measures(node);
      NodeFixture.apply(node, views.formatted("min(amount), sum(amount)"));
      assertEquals(before, measures(node));
    }
  }

  private static Set<Map<String, @Nullable Object>> measures(LocalNode node) {
    return rows(node, "sums").stream()
        .map(row -> {
          Map<String, @Nullable Object> measures = new TreeMap<>(row);
          measures.keySet().removeIf(name -> name.startsWith("_"));
          return measures;
        })
        .collect(Collectors.toSet());
  }

  private static String version(LocalNode node, String view) {
    try (TableSnapshot snapshot = node.snapshot(View.PREFIX + view)) {
      return snapshot.id();
    }
  }

  private static long rowCount(LocalNode node, String view) {
    return rows(node, view).stream()
        .mapToLong(row -> row.get("row_count") instanceof Long count ? count : 0)
        .sum();
  }

  @Test
  void aFieldThatGoesOrBecomesPrivateChangesOnlyTheViewsThatUseIt() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data, Disk.SYSTEM)) {
      String views =
          "views: { by_item: { dimensions: [item], strategy: incremental }, by_platform: { dimensions: [platform], strategy: incremental } }\n";
      NodeFixture.apply(node, FIELDS + views + RETENTION);
      send(node, now(90), 50);
      flush(node);
      maintain(node);
      maintain(node);
      assertEquals(0, NodeFixture.rows(node, "buy").size(), "retention took them");
      send(node, now(20), 30);
      flush(node);
      maintain(node);
      assertEquals(80, rowCount(node, "by_item"));
      String hidden =
          FIELDS.replace(
              "item: { type: string }", "item: { type: string, privacy: { policy: hash } }");
      NodeFixture.apply(node, hidden + views + RETENTION);
      maintain(node);
      assertEquals(30, rowCount(node, "by_item"), "made anew from the rows there are");
      assertEquals(80, rowCount(node, "by_platform"), "and this one goes on");
      for (Map<String, @Nullable Object> row : rows(node, "by_item")) {
        assertTrue(!String.valueOf(row.get("item")).startsWith("item"), row.toString());
      }
      node.createView(input("by_weight", "weight", "count"), Caller.SYSTEM);
      NodeFixture.apply(node, hidden.replace("  weight: { type: double }\n", "") + RETENTION);
      maintain(node);
      ViewStatus broken = status(node, "by_weight");
      assertEquals(State.FAILED, broken.state());
      assertTrue(String.valueOf(broken.message()).contains("'weight'"), broken.toString());
      assertEquals(1, node.views().size());
      node.dropView("by_weight");
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }
}
