package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.AggregateQuery.Basis;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.AggregateQuery.LimitPer;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.AggregateQuery.TopGroups;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The input of `aggregate` and `table`, read: which rows the answer has.
///
/// @param identity what tells this input from all others
public record AggregateInput(
    TimeInterval range,
    @Nullable Filter where,
    Grouping grouping,
    @Nullable Having having,
    List<Order> orderBy,
    @Nullable LimitPer limitPer,
    @Nullable TopGroups top,
    boolean others,
    RangeInput.@Nullable Comparison comparison,
    OptionsInput options,
    String identity) {

  /// @param arguments of the field, with `input` among them
  public static AggregateInput read(
      InputObject arguments, ApiCollection collection, RangeInput ranges, QueryLimits limits) {
    InputObject input = arguments.object("input", collection.typeName() + "AggregateInput");
    return new Reader(input, collection, ranges, limits).read();
  }

  /// The parts of one input, which look at each other.
  private static final class Reader {
    private final InputObject input;
    private final ApiCollection collection;
    private final RangeInput ranges;
    private final ZoneId zone;
    private final FilterInput filters;
    private final MeasureInput measures;
    private final Grouping grouping;

    Reader(InputObject input, ApiCollection collection, RangeInput ranges, QueryLimits limits) {
      this.input = input;
      this.collection = collection;
      this.ranges = ranges;
      this.zone = Zones.of(input, ZoneOffset.UTC);
      this.filters = new FilterInput(collection);
      this.measures = new MeasureInput(collection, filters);
      this.grouping = Grouping.read(input, collection, zone, limits);
    }

    AggregateInput read() {
      if (input.flag("others") && !input.has("top")) {
        throw input.error("others", "there is no top for the others to be left out of");
      }
      OptionsInput options = OptionsInput.read(input);
      return new AggregateInput(
          ranges.interval(input, zone),
          input.has("where")
              ? new FilterInput(collection, ranges.now()).read(input, "where")
              : null,
          grouping,
          input.has("having") ? having(input.object("having", type("Having"))) : null,
          orders(),
          input.has("limitPer") ? limitPer(input.object("limitPer", type("LimitPer"))) : null,
          input.has("top") ? top(input.object("top", type("Top"))) : null,
          input.flag("others"),
          ranges.comparison(input, zone),
          options,
          options.identify(collection.name(), input.without("options")));
    }

    private String type(String suffix) {
      return collection.typeName() + suffix;
    }

    private Having having(InputObject having) {
      List<Having> all = new ArrayList<>();
      for (String member : having.names()) {
        switch (member) {
          case "and" -> all.add(new Having.And(each(having, member)));
          case "or" -> all.add(new Having.Or(each(having, member)));
          case "not" -> all.add(new Having.Not(having(having.object(member, type("Having")))));
          case "of" -> all.add(comparison(having));
          default -> requireBoth(having);
        }
      }
      return all.size() == 1 ? all.getFirst() : new Having.And(List.copyOf(all));
    }

    private List<Having> each(InputObject having, String member) {
      return having.objects(member, type("Having")).stream().map(this::having).toList();
    }

    private static void requireBoth(InputObject having) {
      if (!having.has("of") || !having.has("is")) {
        throw having.error("of and is go together");
      }
    }

    private Having comparison(InputObject having) {
      requireBoth(having);
      Measure of = measures.readNumber(having, "of");
      InputObject is = having.object("is", "FloatFilter");
      List<Having> all = new ArrayList<>();
      for (String operator : is.names()) {
        if (!is.has(operator)) {
          throw is.error(operator, "is null: leave it out, or ask {isNull: true}");
        }
        all.add(
            switch (operator) {
              case "in" -> oneOf(of, is.list(operator, Double.class));
              case "notIn" -> new Having.Not(oneOf(of, is.list(operator, Double.class)));
              case "isNull" ->
                  is.flag(operator) ? new Having.IsNull(of) : new Having.Not(new Having.IsNull(of));
              default ->
                  new Having.Compare(of, FilterInput.op(operator), (Double) is.require(operator));
            });
      }
      return all.size() == 1 ? all.getFirst() : new Having.And(List.copyOf(all));
    }

    private static Having oneOf(Measure of, List<Double> values) {
      List<Having> equal = new ArrayList<>();
      for (double value : values) {
        equal.add(new Having.Compare(of, Filter.Op.EQ, value));
      }
      return new Having.Or(List.copyOf(equal));
    }

    private List<Order> orders() {
      if (!input.has("orderBy")) {
        return List.of();
      }
      List<Order> orders = new ArrayList<>();
      for (InputObject order : input.objects("orderBy", type("Order"))) {
        orders.add(
            order.only().equals("key")
                ? byKey(order.object("key", type("KeyOrder")))
                : byMeasure(order.object("measure", type("MeasureOrder"))));
      }
      return List.copyOf(orders);
    }

    private Order byKey(InputObject order) {
      String field = order.only();
      int position =
          grouping
              .position(field)
              .orElseThrow(() ->
                  order.error(
                      ErrorCode.ORDER_KEY_NOT_GROUPED,
                      field,
                      "orders by a key that is not in groupBy, which has " + grouping.fields()));
      return new Order.ByKey(position, Direction.valueOf(order.text(field)));
    }

    private Order byMeasure(InputObject order) {
      Basis basis = Basis.valueOf(order.text("basis"));
      if (basis != Basis.CURRENT && !input.has("compareTo")) {
        throw order.error("basis", basis + " needs a compareTo");
      }
      return new Order.ByMeasure(
          measures.read(order, "of").measure(), Direction.valueOf(order.text("order")), basis);
    }

    private LimitPer limitPer(InputObject limitPer) {
      List<Integer> keys = positions(limitPer);
      if (limitPer.flag("bucket")) {
        int before = keys.size();
        for (int i = 0; i < grouping.keys().size(); i++) {
          if (grouping.keys().get(i).isTimeBucket() && !keys.contains(i)) {
            keys.add(i);
          }
        }
        if (keys.size() == before) {
          throw limitPer.error("bucket", "groupBy has no time bucket");
        }
      }
      return new LimitPer(List.copyOf(keys), positive(limitPer));
    }

    private TopGroups top(InputObject top) {
      InputObject by = top.object("by", type("MeasureOrder"));
      if (!by.text("basis").equals(Basis.CURRENT.name())) {
        throw by.error("basis", "top goes by CURRENT");
      }
      List<Integer> keys = positions(top);
      if (keys.isEmpty()) {
        throw top.error("keys", "needs one key at least");
      }
      return new TopGroups(
          List.copyOf(keys),
          positive(top),
          measures.read(by, "of").measure(),
          Direction.valueOf(by.text("order")));
    }

    private static int positive(InputObject object) {
      int n = object.integer("n");
      if (n < 1) {
        throw object.error("n", "must be 1 or more, found " + n);
      }
      return n;
    }

    /// The places in groupBy of the dimensions in `keys`.
    private List<Integer> positions(InputObject object) {
      List<Integer> positions = new ArrayList<>();
      for (String constant : object.list("keys", String.class)) {
        int position =
            grouping
                .position(collection.byConstant(constant).field())
                .orElseThrow(() ->
                    object.error(
                        ErrorCode.DIMENSION_NOT_GROUPED,
                        "keys",
                        constant + " is not in groupBy, which has " + grouping.fields()));
        if (positions.contains(position)) {
          throw object.error(ErrorCode.DUPLICATE_KEY, "keys", constant + " is there twice");
        }
        positions.add(position);
      }
      return positions;
    }
  }
}
