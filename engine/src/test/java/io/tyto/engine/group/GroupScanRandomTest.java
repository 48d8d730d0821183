package io.tyto.engine.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.scan.NaiveFilter;
import io.tyto.engine.scan.NaiveMeasures;
import io.tyto.engine.scan.NaiveMeasures.Member;
import io.tyto.engine.scan.RandomFilters;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.StoredSources;
import io.tyto.engine.scan.TestTable;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.Measure.QuantileMethod;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random scans against a row-at-a-time reference.
class GroupScanRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int ROUNDS = 12 * Integer.getInteger("test.scale", 1);
  private static final int QUERIES = 25;
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(3);

  @AfterAll
  static void stop() {
    WORKERS.shutdown();
  }

  @Test
  void agreesWithTheReference() {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED + round;
      RandomGenerator random = new Random(seed);
      int rows = round % 12 == 11 ? 9000 : 1 + random.nextInt(400);
      TestTable table = new TestTable(random, rows, 1 + random.nextInt(4));
      for (int query = 0; query < QUERIES; query++) {
        GroupScan.Spec spec = new RandomSpecs(table, random).spec();
        try {
          check(table, spec, 1 + random.nextInt(4));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(describe(seed, query, spec), e);
        }
      }
    }
  }

  @Test
  void agreesOverSegmentsAndTails(@TempDir Path folder) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED - 1 - round;
      RandomGenerator random = new Random(seed);
      int rows = round % 12 == 11 ? 9000 : 1 + random.nextInt(400);
      TestTable table = new TestTable(random, rows, 1 + random.nextInt(4));
      try (StoredSources stored = StoredSources.of(table, random, folder)) {
        table.sources.clear();
        table.sources.addAll(stored.sources());
        for (int query = 0; query < QUERIES; query++) {
          GroupScan.Spec spec = new RandomSpecs(table, random).spec();
          try {
            check(table, spec, 1 + random.nextInt(4));
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(describe(seed, query, spec), e);
          }
        }
      }
    }
  }

  private static String describe(long seed, int query, GroupScan.Spec spec) {
    return "round seed %d, query %d: %s where %s in %s states %s"
        .formatted(seed, query, spec.keys(), spec.where(), spec.range(), spec.states());
  }

  private static void check(TestTable table, GroupScan.Spec spec, int parallelism) {
    ScanContext context =
        new ScanContext(
            new QueryContext("test", Duration.ofMinutes(1), 1 << 30), WORKERS, parallelism, 42);
    Groups groups = GroupScan.run(spec, table.sources, context);
    Map<List<@Nullable Object>, List<Member>> expected = expected(table, spec);
    assertEquals(expected.size(), groups.count(), "groups");
    NaiveFilter filter = new NaiveFilter(table);
    NaiveMeasures measures = new NaiveMeasures(table);
    for (int group = 0; group < groups.count(); group++) {
      List<@Nullable Object> key = new ArrayList<>();
      for (GroupKeys keys : groups.keys()) {
        key.add(wrap(keys.value(group)));
      }
      List<Member> members = expected.get(key);
      assertTrue(members != null, () -> "unexpected group " + key);
      for (int i = 0; i < spec.states().size(); i++) {
        StateSpec state = spec.states().get(i);
        List<Member> taken =
            members.stream()
                .filter(m -> filter.passes(state.where(), TimeInterval.ALL_TIME, m.row()))
                .toList();
        checkState(measures, state.measure(), taken, groups.state(i), group, key);
      }
    }
    checkRegroup(groups, spec);
  }

  private static void checkState(
      NaiveMeasures measures,
      Measure measure,
      List<Member> members,
      Accumulator state,
      int group,
      List<@Nullable Object> key) {
    String what = measure + " of group " + key;
    Object expected;
    try {
      expected = measures.value(measure, members);
    } catch (ArithmeticException e) {
      TytoException thrown =
          org.junit.jupiter.api.Assertions.assertThrows(
              TytoException.class, () -> state.value(group), what);
      assertEquals(ErrorCode.NUMERIC_OVERFLOW, thrown.code());
      return;
    }
    Object actual = state.value(group);
    assertEquals(expected == null || isListOfNulls(expected), state.isNull(group), what);
    if (measure instanceof Measure.Column(String column, Function function)
        && function == Function.COUNT_DISTINCT
        && !column.equals("user")) {
      // Three standard errors.
      double distinct = (Long) Objects.requireNonNull(expected);
      assertEquals(distinct, state.asDouble(group), 0.05 * distinct, what);
      return;
    }
    boolean isApproximate = measure instanceof Measure.Quantiles quantiles && !quantiles.exact();
    assertClose(expected, actual, isApproximate ? 0.011 : 1e-11, what);
    if (group == 0) {
      assertEquals(actual, state.column(1).value(0), what);
    }
  }

  private static boolean isListOfNulls(@Nullable Object value) {
    return value instanceof List<?> list && !list.isEmpty() && list.getFirst() == null;
  }

  private static void assertClose(
      @Nullable Object expected, @Nullable Object actual, double tolerance, String what) {
    if (expected instanceof Double left && actual instanceof Double right) {
      double allowed = tolerance * Math.max(Math.abs(left), 1e-290);
      assertTrue(
          Math.abs(left - right) <= Math.max(allowed, 1e-12 * scaleOf(left)),
          () -> what + ": expected " + left + " but was " + right);
    } else if (expected instanceof List<?> left && actual instanceof List<?> right) {
      assertEquals(left.size(), right.size(), what);
      for (int i = 0; i < left.size(); i++) {
        assertClose(left.get(i), right.get(i), tolerance, what);
      }
    } else if (expected instanceof BigDecimal left && actual instanceof BigDecimal right) {
      assertEquals(0, left.compareTo(right), () -> what + ": " + left + " but was " + right);
    } else {
      assertEquals(expected, actual, what);
    }
  }

  private static double scaleOf(double value) {
    return Math.abs(value) < 10 ? 1 : Math.abs(value);
  }

  /// A merge by fewer keys counts what its parts counted.
  private static void checkRegroup(Groups groups, GroupScan.Spec spec) {
    int[] kept = spec.keys().size() > 1 ? new int[] {1} : new int[0];
    Groups fewer = groups.regroup(kept);
    long[] counts = new long[Math.max(1, fewer.count())];
    int[] tuples = groups.tuples(kept);
    for (int group = 0; group < groups.count(); group++) {
      counts[tuples[group]] += groups.state(0).asLong(group);
    }
    for (int group = 0; group < fewer.count(); group++) {
      assertEquals(counts[group], fewer.state(0).asLong(group), "regrouped");
    }
    int[] matched = groups.match(groups.sorted());
    assertEquals(groups.count(), Arrays.stream(matched).filter(m -> m >= 0).distinct().count());
  }

  private static Map<List<@Nullable Object>, List<Member>> expected(
      TestTable table, GroupScan.Spec spec) {
    Map<List<@Nullable Object>, List<Member>> groups = new HashMap<>();
    NaiveFilter filter = new NaiveFilter(table);
    for (int i = 0; i < table.rows.size(); i++) {
      @Nullable Object[] row = table.rows.get(i);
      if (filter.passes(spec.where(), spec.range(), row)) {
        addTo(groups, table, spec.keys(), 0, new ArrayList<>(), new Member(i, row));
      }
    }
    if (spec.keys().isEmpty()) {
      groups.putIfAbsent(List.of(), new ArrayList<>());
    }
    return groups;
  }

  private static void addTo(
      Map<List<@Nullable Object>, List<Member>> groups,
      TestTable table,
      List<ScanKey> keys,
      int at,
      List<@Nullable Object> key,
      Member member) {
    if (at == keys.size()) {
      groups.computeIfAbsent(new ArrayList<>(key), _ -> new ArrayList<>()).add(member);
      return;
    }
    String column = keys.get(at).column();
    Object cell = member.row()[table.position(column)];
    List<?> values =
        table.column(column).type().isList()
            ? (cell == null ? List.of() : (List<?>) cell)
            : Collections.singletonList(cell);
    for (Object value : values) {
      Object part = keyOf(keys.get(at), table.column(column).type().element(), value);
      if (!DROPPED.equals(part)) {
        key.add(part);
        addTo(groups, table, keys, at + 1, key, member);
        key.removeLast();
      }
    }
  }

  private static final Object DROPPED = "dropped";

  private static @Nullable Object keyOf(
      ScanKey key, ColumnType.Scalar type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (key) {
      case ScanKey.ColumnKey _ -> wrap(value);
      case ScanKey.BucketKey bucket -> {
        int found = -1;
        long[] boundaries = bucket.axis().boundaries();
        for (int i = 0; i + 1 < boundaries.length; i++) {
          found = (Long) value >= boundaries[i] && (Long) value < boundaries[i + 1] ? i : found;
        }
        yield found < 0 ? DROPPED : (Object) (long) found;
      }
      case ScanKey.BinsKey bins -> {
        Object logical =
            type.physical() == Physical.LONG
                ? io.tyto.model.schema.Values.fromLong(type, (Long) value)
                : value;
        double number = ((Number) logical).doubleValue();
        Double width = bins.width();
        yield width != null
            ? Math.clamp((long) Math.floor(number / width), -(1L << 53) - 1, 1L << 53)
            : bins.edges().stream().filter(edge -> edge <= number).count();
      }
    };
  }

  private static @Nullable Object wrap(@Nullable Object value) {
    return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
  }

  /// Random specs.
  private record RandomSpecs(TestTable table, RandomGenerator random) {
    GroupScan.Spec spec() {
      RandomFilters filters = new RandomFilters(table, random);
      List<ScanKey> keys = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        keys.add(key());
      }
      List<StateSpec> states = new ArrayList<>();
      states.add(new StateSpec(new Measure.Count(), null));
      for (int i = random.nextInt(6); i > 0; i--) {
        Filter where = random.nextInt(3) == 0 ? filters.tree(1) : null;
        states.add(new StateSpec(measure(), where));
      }
      return new GroupScan.Spec(table.schema, filters.range(), filters.maybe(), keys, states);
    }

    private ColumnSpec column() {
      while (true) {
        ColumnSpec column = table.columns.get(random.nextInt(table.columns.size()));
        if (column.id() >= SystemColumns.FIRST_USER_ID && !column.type().equals(ColumnType.JSON)) {
          return column;
        }
      }
    }

    private ScanKey key() {
      ColumnSpec column = column();
      ColumnType.Scalar type = column.type().element();
      if (type instanceof ColumnType.TimestampType timestamp && random.nextBoolean()) {
        return new ScanKey.BucketKey(column.name(), axis(timestamp));
      }
      if (NaiveMeasures.isNumber(type)
          && type.physical() != Physical.BYTES
          && random.nextBoolean()) {
        // Widths and edges that are exact in binary, where no two ways of dividing differ.
        return random.nextBoolean()
            ? new ScanKey.BinsKey(column.name(), 0.25, List.of())
            : new ScanKey.BinsKey(column.name(), null, List.of(-2.0, 0.0, 0.5, 3.0));
      }
      return new ScanKey.ColumnKey(column.name());
    }

    private BucketAxis axis(ColumnType.TimestampType type) {
      Instant start = TestTable.START.plus(Duration.ofHours(random.nextInt(48)));
      long[] boundaries = new long[2 + random.nextInt(20)];
      Instant at = start;
      boolean isUniform = random.nextBoolean();
      for (int i = 0; i < boundaries.length; i++) {
        boundaries[i] = type.unit().fromInstant(at);
        at = at.plus(Duration.ofMinutes(isUniform ? 90 : 1 + random.nextInt(600)));
      }
      return new BucketAxis(boundaries);
    }

    private Measure measure() {
      ColumnSpec column = column();
      ColumnType.Scalar type = column.type().element();
      boolean isNumber = NaiveMeasures.isNumber(type);
      if (isNumber && random.nextInt(4) == 0) {
        return new Measure.Quantiles(
            column.name(),
            List.of(random.nextInt(101) / 100.0, 0.5),
            type.physical() == Physical.BYTES || random.nextBoolean(),
            random.nextBoolean() ? QuantileMethod.DISCRETE : QuantileMethod.LINEAR);
      }
      if (random.nextInt(8) == 0) {
        return new Measure.Top(column.name(), 1 + random.nextInt(4));
      }
      while (true) {
        Function function = Function.values()[random.nextInt(Function.values().length)];
        boolean needsNumber =
            switch (function) {
              case SUM, SUM_EXACT, AVG, STDDEV -> true;
              case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT, MIN, MAX, FIRST, LAST -> false;
            };
        boolean isAllowed =
            isNumber
                ? !(type.equals(ColumnType.DOUBLE) && function == Function.SUM_EXACT)
                    && !(type.equals(ColumnType.DOUBLE) && function == Function.STDDEV)
                : !needsNumber;
        if (isAllowed) {
          return new Measure.Column(column.name(), function);
        }
      }
    }
  }
}
