package io.tyto.ingest;

import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.ingest.letter.LetterDecoder;
import io.tyto.ingest.letter.LetterId;
import io.tyto.ingest.letter.Refusal;
import io.tyto.ingest.partition.DeadLetters;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.ingest.partition.LetterCells;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The dead letters of a node, asked for by the engine's own scans: a page or a group is held in
/// memory, never the letters. Thread-safe.
public final class LocalDeadLetters implements DeadLetterService {
  private static final String RECEIVED = "_received";
  private static final String LOG = "_log";
  private static final String OFFSET = "_offset";
  private static final int MAX_REASONS = 1_000;
  private static final List<String> COLUMNS = columns();

  private final LocalNode node;
  private final QueryService queries;

  /// @param queries over {@link #snapshots}
  public LocalDeadLetters(LocalNode node, QueryService queries) {
    this.node = node;
    this.queries = queries;
  }

  /// Where the queries behind this service find letters.
  public static SnapshotProvider snapshots(LocalNode node) {
    return table -> node.deadLetters(DeadLetters.collectionOf(table));
  }

  private static List<String> columns() {
    List<String> names = new ArrayList<>(List.of(RECEIVED, LOG, OFFSET));
    for (Column column : Column.values()) {
      names.add(column.text());
    }
    return List.copyOf(names);
  }

  @Override
  public Page letters(Query query, QueryContext context) {
    Guard.requireWhole(context.caller(), Verb.LETTERS, node.collection(query.collection()));
    RecordsResult result =
        queries.records(
            new RecordsQuery(
                DeadLetters.tableOf(query.collection()),
                new TimeInterval(query.received().since(), query.received().until()),
                filter(query),
                List.of(new RecordsQuery.Order(RECEIVED, AggregateQuery.Direction.DESC)),
                COLUMNS,
                query.first(),
                0,
                false,
                query.after(),
                null,
                query.wantsTotal(),
                identity(query)),
            context.asSystem());
    List<Letter> letters = new ArrayList<>();
    for (int row = 0; row < result.rowCount(); row++) {
      letters.add(new ListedLetter(query.collection(), result, row).letter());
    }
    return new Page(
        List.copyOf(letters),
        result.cursors(),
        result.hasNextPage(),
        result.hasPreviousPage(),
        result.totalCount());
  }

  private static @Nullable Filter filter(Query query) {
    List<Filter> all = new ArrayList<>();
    if (query.code() != null) {
      all.add(equal(Column.CODE, query.code()));
    }
    if (query.field() != null) {
      all.add(equal(Column.FIELD, query.field()));
    }
    return all.isEmpty() ? null : new Filter.And(all);
  }

  private static Filter equal(Column column, String value) {
    return new Filter.Compare(column.text(), Filter.Op.EQ, value, false);
  }

  private static String identity(Query query) {
    return String.join(
        "\n",
        "deadLetters",
        query.collection(),
        String.valueOf(query.code()),
        String.valueOf(query.field()),
        String.valueOf(query.received().since()),
        String.valueOf(query.received().until()));
  }

  @Override
  public List<Reason> reasons(
      @Nullable String collection, Interval received, QueryContext context) {
    List<String> names =
        collection == null
            ? node.collections().stream()
                .filter(schema -> isOpen(context.caller(), schema))
                .map(TableSchema::name)
                .toList()
            : List.of(collection);
    if (collection != null) {
      Guard.requireWhole(context.caller(), Verb.LETTERS, node.collection(collection));
    }
    List<Reason> reasons = new ArrayList<>();
    for (String name : names) {
      addReasons(name, received, context.asSystem(), reasons);
    }
    reasons.sort(Comparator.comparingLong(Reason::count).reversed());
    return List.copyOf(reasons);
  }

  private static boolean isOpen(Caller caller, TableSchema schema) {
    return Guard.isWhole(caller, Verb.LETTERS, schema);
  }

  private void addReasons(
      String collection, Interval received, QueryContext context, List<Reason> reasons) {
    Measure count = new Measure.Count();
    Measure example = new Measure.Column(Column.MESSAGE.text(), Measure.Function.LAST);
    AggregateResult groups =
        queries.aggregate(
            new AggregateQuery(
                DeadLetters.tableOf(collection),
                new TimeInterval(received.since(), received.until()),
                null,
                List.of(
                    new GroupKey.Dimension(Column.CODE.text()),
                    new GroupKey.Dimension(Column.FIELD.text())),
                List.of(
                    count,
                    new Measure.Column(RECEIVED, Measure.Function.MIN),
                    new Measure.Column(RECEIVED, Measure.Function.MAX),
                    example),
                null,
                List.of(
                    new AggregateQuery.Order.ByMeasure(
                        count, AggregateQuery.Direction.DESC, AggregateQuery.Basis.CURRENT)),
                null,
                null,
                false,
                null,
                null,
                AggregateQuery.Wants.ROWS,
                MAX_REASONS,
                0,
                null,
                "deadLetterReasons"),
            context);
    for (int row = 0; row < groups.rowCount(); row++) {
      reasons.add(
          new Reason(
              collection,
              text(groups.keys().get(0).value(row)),
              (String) groups.keys().get(1).value(row),
              (Long) Objects.requireNonNull(groups.measures().get(0).value(row)),
              (Instant) Objects.requireNonNull(groups.measures().get(1).value(row)),
              (Instant) Objects.requireNonNull(groups.measures().get(2).value(row)),
              text(groups.measures().get(3).value(row))));
    }
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  @Override
  public ReplayResult replay(ReplayRequest request, Caller caller) {
    Guard.requireWhole(caller, Verb.LETTERS, node.collection(request.collection()));
    return node.replay(request);
  }

  /// One row of a page of letters.
  private record ListedLetter(String collection, RecordsResult result, int row) {
    Letter letter() {
      String form = text(Column.RECORD_FORM);
      String record = text(Column.RECORD);
      Object partition = value(Column.TOPIC_PARTITION.text());
      Object version = value(Column.CONFIG_VERSION.text());
      return new Letter(
          new LetterId(shard(), orEmpty((String) value(LOG)), number(OFFSET)).encode(),
          collection,
          (Instant) Objects.requireNonNull(value(RECEIVED)),
          orEmpty(text(Column.CODE)),
          text(Column.FIELD),
          orEmpty(text(Column.MESSAGE)),
          orEmpty(text(Column.SOURCE)),
          text(Column.TOPIC),
          partition == null ? null : ((Long) partition).intValue(),
          number(Column.POSITION.text()),
          record,
          "BASE64".equals(form),
          "WITHHELD".equals(form),
          (Long) value(Column.SIZE.text()),
          text(Column.KEY),
          "BASE64".equals(text(Column.KEY_FORM)),
          version == null ? null : ((Long) version).intValue(),
          obstacle());
    }

    private @Nullable Obstacle obstacle() {
      LetterCells cells =
          new LetterCells() {
            @Override
            public byte @Nullable [] bytes(Column column) {
              String text = text(column);
              return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public long number(Column column, long absent) {
              return value(column.text()) instanceof Long number ? number : absent;
            }
          };
      Refusal why =
          LetterDecoder.obstacle(
              cells.letter(shard(), orEmpty((String) value(LOG)), number(OFFSET), 0));
      return why == null ? null : new Obstacle(why.code(), why.message());
    }

    /// A record's id begins with the number of its partition.
    private int shard() {
      String id = result.ids().get(row);
      return Integer.parseInt(id.substring(0, id.indexOf('-')));
    }

    private @Nullable Object value(String column) {
      return result.columns().get(COLUMNS.indexOf(column)).value(row);
    }

    private @Nullable String text(Column column) {
      return (String) value(column.text());
    }

    private long number(String column) {
      return value(column) instanceof Long number ? number : 0;
    }

    private static String orEmpty(@Nullable String text) {
      return text == null ? "" : text;
    }
  }
}
