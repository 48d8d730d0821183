package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.SnapshotChoice;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.RecordsResult;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The field `records`: raw rows as a Relay connection.
final class RecordsPanel implements Panel {
  private static final int DEFAULT_FIRST = 50;
  private static final int MOST_SKIPPED = 1 << 30;

  private final RecordsQuery query;
  private final ObjectShape<RecordsResult> shape;
  private final QueryBounds bounds;

  private RecordsPanel(RecordsQuery query, ObjectShape<RecordsResult> shape, QueryBounds bounds) {
    this.query = query;
    this.shape = shape;
    this.bounds = bounds;
  }

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    return new Compiler(field, scope).compile();
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    RecordsResult result = queries.records(query, context.within(bounds));
    return new Answer(shape.read(result), result.meta());
  }

  /// The question for all rows at once.
  static RecordsQuery query(
      InputObject arguments, OptionsInput options, Scope scope, List<String> columns, int limit) {
    Cursors cursors = Cursors.of(arguments, arguments, scope.now());
    return new RecordsQuery(
        scope.collection().name(),
        scope.ranges(cursors).interval(arguments, ZoneOffset.UTC),
        where(arguments, scope, cursors.now(), options),
        orders(arguments, scope),
        List.copyOf(columns),
        limit,
        Scope.count(arguments, "offset", 0, MOST_SKIPPED),
        false,
        null,
        null,
        false,
        "",
        new SnapshotChoice(options.asOf(), false));
  }

  private static @Nullable Filter where(
      InputObject arguments, Scope scope, Instant now, OptionsInput options) {
    return scope.where(
        arguments.has("where")
            ? new FilterInput(scope.collection(), now).read(arguments, "where")
            : null,
        options.sampleRate());
  }

  private static List<RecordsQuery.Order> orders(InputObject arguments, Scope scope) {
    List<RecordsQuery.Order> orders = new ArrayList<>();
    for (InputObject order :
        arguments.objects("orderBy", scope.collection().typeName() + "RecordOrder")) {
      String member = order.only();
      orders.add(
          new RecordsQuery.Order(
              scope.collection().byField(member).name(), Direction.valueOf(order.text(member))));
    }
    return List.copyOf(orders);
  }

  /// Notes, while it walks through the selection, which columns it needs.
  private static final class Compiler {
    private final ExecutableNormalizedField field;
    private final Scope scope;
    private final InputObject arguments;
    private final Cursors cursors;
    private final RecordCells records;
    private final OptionsInput options;
    private boolean wantsTotal;
    private boolean wantsSnapshot;

    Compiler(ExecutableNormalizedField field, Scope scope) {
      this.field = field;
      this.scope = scope;
      this.arguments = Scope.arguments(field);
      this.records = new RecordCells(scope.collection());
      this.options = OptionsInput.read(arguments);
      this.cursors = Cursors.of(arguments, arguments, scope.now(), "after", "before");
    }

    Panel compile() {
      ObjectShape<RecordsResult> shape = ObjectShape.of(field, this::part);
      boolean isBackward = arguments.has("last");
      int max = scope.limits().maxRecords();
      int limit =
          isBackward
              ? Scope.count(arguments, "last", 0, max)
              : Scope.count(arguments, "first", DEFAULT_FIRST, max);
      RecordsQuery query =
          new RecordsQuery(
              scope.collection().name(),
              scope.ranges(cursors).interval(arguments, ZoneOffset.UTC),
              where(arguments, scope, cursors.now(), options),
              orders(arguments, scope),
              records.columns(),
              limit,
              Scope.count(arguments, "offset", 0, Integer.MAX_VALUE),
              isBackward,
              cursors.inner(arguments, "after"),
              cursors.inner(arguments, "before"),
              wantsTotal,
              scope.identity(identity()),
              new SnapshotChoice(options.asOf(), wantsSnapshot));
      return new RecordsPanel(query, shape, options.bounds());
    }

    private String identity() {
      return options.identify(
          scope.collection().name(),
          "records",
          arguments.require("range"),
          Objects.requireNonNullElse(arguments.get("where"), Map.of()),
          arguments.require("orderBy"));
    }

    private Cell<RecordsResult> part(ExecutableNormalizedField part) {
      return switch (part.getName()) {
        case "edges" -> {
          ObjectShape<RecordsResult> edge = ObjectShape.of(part, this::edge);
          yield Cell.of(result -> edge.readAll(result, result.rowCount()));
        }
        case "nodes" -> {
          ObjectShape<RecordRows> node = records.compile(part);
          yield Cell.of(result -> node.readAll(result, result.rowCount()));
        }
        case "pageInfo" -> {
          ObjectShape<Shapes.Page> page = Shapes.page(part);
          yield Cell.of(result -> page.read(page(result)));
        }
        case "totalCount" -> {
          wantsTotal = true;
          yield Cell.of(result ->
              result.totalCount() == null ? null : Formats.longNumber(result.totalCount()));
        }
        case "meta" -> {
          wantsSnapshot |= Shapes.hasSnapshot(part);
          var meta = Shapes.meta(part, options.sampleRate());
          yield Cell.of(result -> meta.read(result.meta()));
        }
        default -> throw Shapes.unknown(part);
      };
    }

    private Cell<RecordsResult> edge(ExecutableNormalizedField member) {
      return switch (member.getName()) {
        case "cursor" -> (result, row) -> cursors.outer(result.cursors().get(row));
        case "node" -> {
          ObjectShape<RecordRows> node = records.compile(member);
          yield node::read;
        }
        default -> throw Shapes.unknown(member);
      };
    }

    private Shapes.Page page(RecordsResult result) {
      boolean hasRows = result.rowCount() > 0;
      return new Shapes.Page(
          result.hasNextPage(),
          result.hasPreviousPage(),
          hasRows ? cursors.outer(result.cursors().getFirst()) : null,
          hasRows ? cursors.outer(result.cursors().getLast()) : null);
    }
  }
}
