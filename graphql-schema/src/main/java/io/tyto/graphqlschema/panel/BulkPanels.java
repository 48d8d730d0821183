package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.bulk.BulkAnswer;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.bulk.BulkQuestion;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compiles questions whose answers may be of any length. A mistake is a `TytoException`.
public final class BulkPanels {
  /// The engine counts rows in ints, and one beyond the limit.
  private static final int MOST_ROWS = Integer.MAX_VALUE - 8;

  /// Rows of an aggregate that are given at once.
  private static final int PART_ROWS = 1 << 13;

  private static final String ID = "_id";
  private static final String FIELD = "FIELD";

  private BulkPanels() {}

  /// @param arguments coerced, as {@link BulkKind#arguments} declares them
  public static BulkQuestion of(
      BulkKind kind,
      InputObject arguments,
      ApiCollection collection,
      Instant now,
      QueryLimits limits) {
    Scope scope = new Scope(collection, now, limits);
    return kind == BulkKind.RECORDS ? records(arguments, scope) : groups(arguments, scope);
  }

  private static BulkQuestion groups(InputObject arguments, Scope scope) {
    Question question = Question.read(arguments, scope);
    MeasureSet measures = new MeasureSet();
    List<TableColumn> columns = TablePanel.columns(arguments, question, measures);
    if (columns.isEmpty()) {
      throw arguments.error("measures", "neither a key nor a measure is asked for");
    }
    int limit = Scope.count(arguments, "limit", MOST_ROWS, MOST_ROWS);
    int offset = Scope.count(arguments, "offset", 0, MOST_ROWS);
    AggregateQuery.Wants wants =
        new AggregateQuery.Wants(false, question.input().comparison() != null, false, false, false);
    return new Groups(
        question.query(measures, wants, false, limit, offset), columns, question.bounds());
  }

  private record Groups(AggregateQuery query, List<TableColumn> table, QueryBounds bounds)
      implements BulkQuestion {
    @Override
    public List<BulkColumn> columns() {
      return table.stream().map(TableColumn::column).toList();
    }

    @Override
    public BulkAnswer ask(QueryService queries, QueryContext context) {
      AggregateResult result = queries.aggregate(query, context.within(bounds));
      return new GroupsAnswer(
          result, table.stream().map(column -> column.place().in(result)).toList());
    }
  }

  private static final class GroupsAnswer implements BulkAnswer {
    private final AggregateResult result;
    private final List<ResultColumn> columns;
    private int given;

    GroupsAnswer(AggregateResult result, List<ResultColumn> columns) {
      this.result = result;
      this.columns = columns;
    }

    @Override
    public @Nullable BulkRows next() {
      int from = given;
      given = (int) Math.min(result.rowCount(), (long) from + PART_ROWS);
      return from == given ? null : new BulkRows(columns, from, given);
    }

    @Override
    public QueryMeta meta() {
      return result.meta();
    }

    @Override
    public void close() {
      // The answer is in memory and holds nothing else.
    }
  }

  private static BulkQuestion records(InputObject arguments, Scope scope) {
    List<BulkColumn> columns = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String field : fields(arguments, scope.collection())) {
      if (columns.stream().anyMatch(column -> column.name().equals(field))) {
        throw arguments.error("columns", field + " is there twice");
      }
      if (field.equals(ID)) {
        columns.add(BulkColumn.made(ID, FIELD, ApiType.ID, false, null, null, value -> value));
      } else {
        ApiColumn column = scope.collection().byField(field);
        columns.add(BulkColumn.of(column, FIELD, !column.isRequired()));
        names.add(column.name());
      }
    }
    OptionsInput options = OptionsInput.read(arguments);
    RecordsQuery query =
        RecordsPanel.query(
            arguments,
            options,
            scope,
            names,
            Scope.count(arguments, "first", MOST_ROWS, MOST_ROWS));
    return new Records(query, List.copyOf(columns), options.bounds());
  }

  /// Those that are asked for, or all that events bring.
  private static List<String> fields(InputObject arguments, ApiCollection collection) {
    List<String> known = new ArrayList<>(List.of(ID));
    collection.columns().forEach(column -> known.add(column.field()));
    if (!arguments.has("columns")) {
      return known.subList(1, known.size());
    }
    List<String> asked = arguments.list("columns", String.class);
    if (asked.isEmpty()) {
      throw arguments.error("columns", "needs one at least");
    }
    for (String field : asked) {
      if (!known.contains(field)) {
        throw arguments.error(
            "columns", "there is no %s; there are %s".formatted(field, String.join(", ", known)));
      }
    }
    return asked;
  }

  private record Records(RecordsQuery query, List<BulkColumn> columns, QueryBounds bounds)
      implements BulkQuestion {
    @Override
    public BulkAnswer ask(QueryService queries, QueryContext context) {
      return new RecordsAnswer(columns, queries.stream(query, context.within(bounds)));
    }
  }

  private record RecordsAnswer(List<BulkColumn> shown, RecordStream stream) implements BulkAnswer {
    @Override
    public @Nullable BulkRows next() {
      RecordRows rows = stream.next();
      if (rows == null) {
        return null;
      }
      List<ResultColumn> columns = new ArrayList<>();
      int stored = 0;
      for (BulkColumn column : shown) {
        columns.add(
            column.name().equals(ID)
                ? new ResultColumn.Objects(rows.ids().toArray())
                : rows.columns().get(stored++));
      }
      return new BulkRows(columns, 0, rows.rowCount());
    }

    @Override
    public QueryMeta meta() {
      return stream.meta();
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
