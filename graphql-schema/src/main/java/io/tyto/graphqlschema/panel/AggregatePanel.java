package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.Identity;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.ResultColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The field `aggregate`: typed rows of keys and measures.
final class AggregatePanel implements Panel {
  private static final int DEFAULT_LIMIT = 100;

  private final AggregateQuery query;
  private final ObjectShape<AggregateResult> shape;
  private final Question question;

  private AggregatePanel(
      AggregateQuery query, ObjectShape<AggregateResult> shape, Question question) {
    this.query = query;
    this.shape = shape;
    this.question = question;
  }

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    return new Compiler(Scope.arguments(field), scope).compile(field);
  }

  /// The members of answers to one question, and the query that asks for all of them.
  ///
  /// @param shapes one for each of the fields
  record Parts(
      Question question, AggregateQuery query, List<ObjectShape<AggregateResult>> shapes) {}

  /// Compiles several selections of one answer, which has no further pages.
  static Parts compile(List<ExecutableNormalizedField> fields, InputObject arguments, Scope scope) {
    return new Compiler(arguments, scope).compileAll(fields);
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    AggregateResult result = queries.aggregate(query, context.within(question.bounds()));
    return new Answer(shape.read(result), result.meta());
  }

  /// Notes, while it walks through the selection, which measures and parts of the answer it needs.
  private static final class Compiler {
    private final Scope scope;
    private final Question question;
    private final MeasureSet measures = new MeasureSet();
    private final MeasureCells measureCells;
    private final KeyCells keyCells;
    private boolean wantsTotals;
    private boolean wantsPrevious;
    private boolean wantsOthersRows;
    private boolean wantsGroupCount;
    private boolean wantsCursors;
    private boolean wantsSnapshot;

    Compiler(InputObject arguments, Scope scope) {
      this.scope = scope;
      this.question = Question.read(arguments, scope);
      this.measureCells = new MeasureCells(scope.collection(), measures);
      this.keyCells =
          new KeyCells(scope.collection().typeName() + "Key", question.input().grouping());
    }

    Panel compile(ExecutableNormalizedField field) {
      InputObject arguments = question.arguments();
      int limit = Scope.count(arguments, "limit", DEFAULT_LIMIT, scope.limits().maxRows());
      int offset = Scope.count(arguments, "offset", 0, Integer.MAX_VALUE);
      boolean isFirstPage = offset == 0 && !arguments.has("after");
      ObjectShape<AggregateResult> shape = ObjectShape.of(field, part -> part(part, isFirstPage));
      return new AggregatePanel(
          question.query(measures, wants(), wantsSnapshot, limit, offset), shape, question);
    }

    Parts compileAll(List<ExecutableNormalizedField> fields) {
      int limit =
          Scope.count(question.arguments(), "limit", DEFAULT_LIMIT, scope.limits().maxLiveRows());
      List<ObjectShape<AggregateResult>> shapes = new ArrayList<>();
      for (ExecutableNormalizedField field : fields) {
        shapes.add(ObjectShape.of(field, part -> part(part, true)));
      }
      if (wantsCursors) {
        throw question
            .arguments()
            .error("limit", "a live answer is one page: it has no cursor to select");
      }
      if (question.input().options().asOf() != null) {
        throw question
            .arguments()
            .error("input", "a live answer is of the newest rows: leave out options.asOf");
      }
      AggregateQuery query = question.query(measures, wants(), false, limit, 0);
      return new Parts(question, query, List.copyOf(shapes));
    }

    private AggregateQuery.Wants wants() {
      return new AggregateQuery.Wants(
          wantsTotals, wantsPrevious, wantsOthersRows, wantsGroupCount, wantsCursors);
    }

    private Cell<AggregateResult> part(ExecutableNormalizedField part, boolean isFirstPage) {
      return switch (part.getName()) {
        case "rows" -> {
          ObjectShape<AggregateResult> row = ObjectShape.of(part, this::member);
          yield Cell.of(result -> row.readAll(result, result.rowCount()));
        }
        case "totals" -> {
          wantsTotals = true;
          yield single(part, AggregateResult::totals);
        }
        case "previousTotals" -> {
          wantsTotals = true;
          wantsPrevious = true;
          yield single(part, AggregateResult::previousTotals);
        }
        case "others" -> single(part, AggregateResult::others);
        case "othersRows" -> {
          // Without others there are none, and a document may select them all the same.
          wantsOthersRows = question.input().others();
          ObjectShape<AggregateResult> row = ObjectShape.of(part, this::othersMember);
          yield Cell.of(result -> row.readAll(result, result.othersRowCount()));
        }
        case "groupCount" -> {
          wantsGroupCount = true;
          yield Cell.of(result -> Formats.longNumber(result.groupCount()));
        }
        case "pageInfo" -> {
          wantsCursors |= hasCursor(part);
          ObjectShape<Shapes.Page> page = Shapes.page(part);
          yield Cell.of(result -> page.read(page(result, isFirstPage)));
        }
        case "explain" -> {
          var explain = Shapes.explain(part);
          yield Cell.of(result -> explain.read(result.plan()));
        }
        case "meta" -> {
          wantsSnapshot |= Shapes.hasSnapshot(part);
          var meta = Shapes.meta(part, question.sampleRate());
          yield Cell.of(result -> meta.read(result.meta()));
        }
        default -> throw Shapes.unknown(part);
      };
    }

    /// Measures that stand in one row, or in none.
    private Cell<AggregateResult> single(ExecutableNormalizedField part, Columns columnsOf) {
      ObjectShape<List<ResultColumn>> shape = measureCells.compile(part);
      return Cell.of(result -> {
        List<ResultColumn> columns = columnsOf.of(result);
        return columns.isEmpty() || columns.getFirst().size() == 0 ? null : shape.read(columns);
      });
    }

    private interface Columns {
      List<ResultColumn> of(AggregateResult result);
    }

    private static boolean hasCursor(ExecutableNormalizedField page) {
      return page.getChildren().stream().anyMatch(child -> child.getName().endsWith("Cursor"));
    }

    private Cell<AggregateResult> member(ExecutableNormalizedField member) {
      return switch (member.getName()) {
        case "id" -> (result, row) -> result.ids().get(row);
        case "key" -> {
          ObjectShape<List<ResultColumn>> key = keyCells.compile(member);
          yield (result, row) -> key.read(result.keys(), row);
        }
        case "measures" -> {
          ObjectShape<List<ResultColumn>> shape = measureCells.compile(member);
          yield (result, row) -> shape.read(result.measures(), row);
        }
        case "previous" -> {
          wantsPrevious = true;
          ObjectShape<List<ResultColumn>> shape = measureCells.compile(member);
          yield (result, row) ->
              result.previous().isEmpty() ? null : shape.read(result.previous(), row);
        }
        case "cursor" -> {
          wantsCursors = true;
          yield (result, row) -> cursor(result, row);
        }
        default -> throw Shapes.unknown(member);
      };
    }

    private Cell<AggregateResult> othersMember(ExecutableNormalizedField member) {
      return switch (member.getName()) {
        case "id" -> this::othersId;
        case "key" -> {
          ObjectShape<List<ResultColumn>> key = keyCells.compile(member, topKeys());
          yield (result, row) -> key.read(remaining(result), row);
        }
        case "measures" -> {
          ObjectShape<List<ResultColumn>> shape = measureCells.compile(member);
          yield (result, row) -> shape.read(result.othersMeasures(), row);
        }
        case "previous" -> (result, row) -> null;
        case "cursor" ->
            throw question
                .arguments()
                .error("input", "othersRows are no page: they have no cursor to select");
        default -> throw Shapes.unknown(member);
      };
    }

    private Set<Integer> topKeys() {
      var top = question.input().top();
      return top == null ? Set.of() : Set.copyOf(top.keys());
    }

    private Object othersId(AggregateResult result, int row) {
      List<@Nullable Object> parts = new ArrayList<>();
      for (ResultColumn key : remaining(result)) {
        Object value = key.size() == 0 ? null : key.value(row);
        parts.add(value == null ? null : value.toString());
      }
      return Identity.of(question.identity(), "others", parts);
    }

    /// Keys by position; an empty column stands for a key of top.
    private static List<ResultColumn> remaining(AggregateResult result) {
      List<ResultColumn> keys = new ArrayList<>();
      for (ResultColumn key : result.othersKeys()) {
        keys.add(key == null ? new ResultColumn.Objects(new Object[0]) : key);
      }
      return keys;
    }

    private Shapes.Page page(AggregateResult result, boolean isFirstPage) {
      boolean hasRows = result.rowCount() > 0;
      return new Shapes.Page(
          result.hasNextPage(),
          !isFirstPage,
          hasRows ? cursor(result, 0) : null,
          hasRows ? cursor(result, result.rowCount() - 1) : null);
    }

    private @Nullable String cursor(AggregateResult result, int row) {
      List<String> cursors = result.cursors();
      return cursors == null ? null : question.cursors().outer(cursors.get(row));
    }
  }
}
