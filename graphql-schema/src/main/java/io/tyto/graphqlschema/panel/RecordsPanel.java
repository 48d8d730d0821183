package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.schema.KeyedEntity;
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
  private final ObjectShape<Page> shape;
  private final QueryBounds bounds;
  private final @Nullable EntityLookups lookups;

  /// An answer.
  ///
  /// @param rows its records, with what was asked of their entities
  private record Page(RecordsResult result, RecordRows rows) {}

  private RecordsPanel(
      RecordsQuery query,
      ObjectShape<Page> shape,
      QueryBounds bounds,
      @Nullable EntityLookups lookups) {
    this.query = query;
    this.shape = shape;
    this.bounds = bounds;
    this.lookups = lookups;
  }

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    return new Compiler(field, scope).compile();
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    QueryContext own = context.within(bounds);
    RecordsResult result = queries.records(query, own);
    RecordRows rows = lookups == null ? result : lookups.find(result, queries, own);
    return new Answer(shape.read(new Page(result, rows)), result.meta());
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
      ObjectShape<Page> shape = ObjectShape.of(field, this::part);
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
      return new RecordsPanel(query, shape, options.bounds(), lookups());
    }

    private @Nullable EntityLookups lookups() {
      KeyedEntity entity = scope.collection().keyed();
      if (records.asked().isEmpty() || entity == null) {
        return null;
      }
      EntityLookups lookups = new EntityLookups(records.asked(), entity, scope);
      lookups.check();
      return lookups;
    }

    private String identity() {
      return options.identify(
          scope.collection().name(),
          "records",
          arguments.require("range"),
          Objects.requireNonNullElse(arguments.get("where"), Map.of()),
          arguments.require("orderBy"));
    }

    private Cell<Page> part(ExecutableNormalizedField part) {
      return switch (part.getName()) {
        case "edges" -> {
          ObjectShape<Page> edge = ObjectShape.of(part, this::edge);
          yield Cell.of(page -> edge.readAll(page, page.result().rowCount()));
        }
        case "nodes" -> {
          ObjectShape<RecordRows> node = records.compile(part);
          yield Cell.of(page -> node.readAll(page.rows(), page.rows().rowCount()));
        }
        case "pageInfo" -> {
          ObjectShape<Shapes.Page> page = Shapes.page(part);
          yield Cell.of(of -> page.read(page(of.result())));
        }
        case "totalCount" -> {
          wantsTotal = true;
          yield Cell.of(page -> {
            Long total = page.result().totalCount();
            return total == null ? null : Formats.longNumber(total);
          });
        }
        case "meta" -> {
          wantsSnapshot |= Shapes.hasSnapshot(part);
          var meta = Shapes.meta(part, options.sampleRate());
          yield Cell.of(page -> meta.read(page.result().meta()));
        }
        default -> throw Shapes.unknown(part);
      };
    }

    private Cell<Page> edge(ExecutableNormalizedField member) {
      return switch (member.getName()) {
        case "cursor" -> (page, row) -> cursors.outer(page.result().cursors().get(row));
        case "node" -> {
          ObjectShape<RecordRows> node = records.compile(member);
          yield (page, row) -> node.read(page.rows(), row);
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
