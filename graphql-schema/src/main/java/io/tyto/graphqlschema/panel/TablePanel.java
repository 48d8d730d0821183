package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.Grouping;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.MeasureInput;
import io.tyto.graphqlschema.input.MeasureInput.NamedMeasure;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.value.ColumnData;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The field `table`: the same question as `aggregate`, answered by columns.
final class TablePanel implements Panel {
  private static final int DEFAULT_LIMIT = 10_000;

  private final AggregateQuery query;
  private final ObjectShape<AggregateResult> shape;
  private final Question question;

  private TablePanel(AggregateQuery query, ObjectShape<AggregateResult> shape, Question question) {
    this.query = query;
    this.shape = shape;
    this.question = question;
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    AggregateResult result = queries.aggregate(query, context.within(question.bounds()));
    return new Answer(shape.read(result), result.meta());
  }

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    InputObject arguments = Scope.arguments(field);
    Question question = Question.read(arguments, scope);
    MeasureSet measures = new MeasureSet();
    List<TableColumn> columns = columns(arguments, question, measures);
    int limit = Scope.count(arguments, "limit", DEFAULT_LIMIT, Integer.MAX_VALUE);
    boolean hasRest = question.input().others();
    requireFewCells(
        arguments, hasRest ? 2L * limit : limit, columns.size(), scope.limits().maxTableCells());
    boolean wantsCursors =
        field.getChildren().stream().anyMatch(child -> child.getName().equals("endCursor"));
    boolean wantsPrevious = question.input().comparison() != null;
    AggregateQuery.Wants wants =
        new AggregateQuery.Wants(false, wantsPrevious, hasRest, false, wantsCursors);
    boolean wantsSnapshot =
        field.getChildren().stream()
            .anyMatch(child -> child.getName().equals("meta") && Shapes.hasSnapshot(child));
    return new TablePanel(
        question.query(measures, wants, wantsSnapshot, limit, 0),
        ObjectShape.of(field, part -> part(part, columns, question)),
        question);
  }

  /// Keys, then measures, then the measures of the compared period.
  static List<TableColumn> columns(InputObject arguments, Question question, MeasureSet measures) {
    ApiCollection collection = question.scope().collection();
    List<NamedMeasure> named =
        new MeasureInput(collection, new FilterInput(collection)).readAll(arguments, "measures");
    List<TableColumn> columns = new ArrayList<>();
    List<Grouping.Key> keys = question.input().grouping().keys();
    for (int i = 0; i < keys.size(); i++) {
      Grouping.Key key = keys.get(i);
      switch (key.groupKey()) {
        case GroupKey.Dimension _ -> columns.add(TableColumn.dimension(key.column(), i));
        case GroupKey.TimeBucket bucket -> {
          columns.add(TableColumn.bucket(key.column(), bucket, i, false));
          columns.add(TableColumn.bucket(key.column(), bucket, i, true));
        }
        case GroupKey.Bins _ -> {
          columns.add(TableColumn.bin(key.column(), i, false));
          columns.add(TableColumn.bin(key.column(), i, true));
        }
      }
    }
    List<TableColumn> previous = new ArrayList<>();
    for (NamedMeasure measure : named) {
      int position = measures.add(measure.measure(), measure.type());
      ApiColumn of = measured(measure.measure(), collection);
      columns.add(TableColumn.measure(measure, of, position, false));
      previous.add(TableColumn.measure(measure, of, position, true));
    }
    if (question.input().comparison() != null) {
      columns.addAll(previous);
    }
    requireDistinctNames(arguments, columns);
    return List.copyOf(columns);
  }

  private static @Nullable ApiColumn measured(Measure measure, ApiCollection collection) {
    return measure instanceof Measure.Column of
        ? collection.columns().stream()
            .filter(column -> column.name().equals(of.column()))
            .findFirst()
            .orElse(null)
        : null;
  }

  private static void requireDistinctNames(InputObject arguments, List<TableColumn> columns) {
    Set<String> names = new HashSet<>();
    for (TableColumn column : columns) {
      if (!names.add(column.name())) {
        throw arguments.error(
            "measures", "two columns are called " + column.name() + ": give one of them a name");
      }
    }
  }

  private static void requireFewCells(InputObject arguments, long limit, int columns, int max) {
    long cells = limit * columns;
    if (cells > max) {
      throw arguments.error(
          ErrorCode.LIMIT_TOO_LARGE,
          "limit",
          "%d rows of %d columns are %d cells, at most %d".formatted(limit, columns, cells, max));
    }
  }

  private static Cell<AggregateResult> part(
      ExecutableNormalizedField part, List<TableColumn> columns, Question question) {
    return switch (part.getName()) {
      case "columns" -> {
        boolean hasRest = question.input().others();
        ObjectShape<TableColumn.Filled> shape =
            ObjectShape.of(part, member -> member(member, hasRest));
        yield Cell.of(result ->
            shape.readEach(columns.stream().map(each -> each.fill(result, hasRest)).toList()));
      }
      case "rowCount" -> Cell.of(result -> result.rowCount() + restRows(result, question));
      case "rowKind" -> Cell.of(result -> kinds(result, question));
      case "endCursor" -> Cell.of(result -> endCursor(result, question.cursors()));
      case "hasNextPage" -> Cell.of(AggregateResult::hasNextPage);
      case "meta" -> {
        var meta = Shapes.meta(part, question.sampleRate());
        yield Cell.of(result -> meta.read(result.meta()));
      }
      default -> throw Shapes.unknown(part);
    };
  }

  private static int restRows(AggregateResult result, Question question) {
    return question.input().others() ? TableColumn.restRows(result) : 0;
  }

  private static @Nullable StreamedValue kinds(AggregateResult result, Question question) {
    if (!question.input().others()) {
      return null;
    }
    List<String> kinds = new ArrayList<>(Collections.nCopies(result.rowCount(), "GROUP"));
    kinds.addAll(Collections.nCopies(restRows(result, question), "OTHERS"));
    return ColumnData.texts(kinds);
  }

  private static @Nullable String endCursor(AggregateResult result, Cursors cursors) {
    List<String> all = result.cursors();
    return all == null || all.isEmpty() ? null : cursors.outer(all.getLast());
  }

  private static Cell<TableColumn.Filled> member(
      ExecutableNormalizedField member, boolean hasRest) {
    return Cell.of(
        switch (member.getName()) {
          case "name" -> of -> of.column().name();
          case "role" -> of -> of.column().role().name();
          case "type" -> of -> of.column().type();
          case "nullable" -> of -> hasRest || of.column().isNullable();
          case "dictionary" -> TableColumn.Filled::dictionary;
          case "values" -> TableColumn.Filled::values;
          default -> throw Shapes.unknown(member);
        });
  }
}
