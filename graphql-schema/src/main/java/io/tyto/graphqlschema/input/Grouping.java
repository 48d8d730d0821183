package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// What a question groups by, and the names under which the API shows each key.
///
/// @param keys in the order of `groupBy`
public record Grouping(List<Key> keys) {

  /// @param column what it is made of
  public record Key(GroupKey groupKey, ApiColumn column) {

    /// The member of the key object, and of an order by key.
    public String field() {
      return groupKey instanceof GroupKey.Bins ? column.binField() : column.field();
    }

    public boolean isTimeBucket() {
      return groupKey instanceof GroupKey.TimeBucket;
    }
  }

  public List<GroupKey> groupKeys() {
    return keys.stream().map(Key::groupKey).toList();
  }

  /// The position of the key that the API shows under this name.
  public OptionalInt position(String field) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).field().equals(field)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /// The names of all keys, for messages.
  public String fields() {
    return keys.isEmpty() ? "nothing" : String.join(", ", keys.stream().map(Key::field).toList());
  }

  static Grouping read(
      InputObject input, ApiCollection collection, ZoneId zone, QueryLimits limits) {
    List<InputObject> members = input.objects("groupBy", collection.typeName() + "GroupKey");
    if (members.size() > limits.maxGroupKeys()) {
      throw input.error(
          ErrorCode.LIMIT_TOO_LARGE,
          "groupBy",
          "%d keys, at most %d".formatted(members.size(), limits.maxGroupKeys()));
    }
    List<Key> keys = new ArrayList<>();
    Set<ApiColumn> columns = new HashSet<>();
    for (InputObject member : members) {
      Key key = key(member, collection, zone);
      if (!columns.add(key.column())) {
        throw input.error(
            ErrorCode.DUPLICATE_KEY, "groupBy", key.column().constant() + " is there twice");
      }
      keys.add(key);
    }
    return new Grouping(List.copyOf(keys));
  }

  private static Key key(InputObject member, ApiCollection collection, ZoneId zone) {
    String kind = member.only();
    return switch (kind) {
      case "dimension" -> {
        ApiColumn column = collection.byConstant(member.text(kind));
        yield new Key(new GroupKey.Dimension(column.name()), column);
      }
      case "time" -> {
        InputObject bucket = member.object(kind, collection.typeName() + "TimeBucket");
        ApiColumn column = collection.byConstant(bucket.text("column"));
        yield new Key(bucket(bucket, column, zone), column);
      }
      default -> {
        InputObject bins = member.object(kind, collection.typeName() + "Bin");
        ApiColumn column = collection.byConstant(bins.text("column"));
        yield new Key(bins(bins, column), column);
      }
    };
  }

  private static GroupKey bucket(InputObject bucket, ApiColumn column, ZoneId inputZone) {
    Granularity granularity = Granularity.valueOf(bucket.text("granularity"));
    boolean isDate = column.type() == ApiType.DATE;
    if (isDate && granularity.compareTo(Granularity.DAY) < 0) {
      throw bucket.error("granularity", column.constant() + " holds days: DAY is the finest");
    }
    int every = bucket.integer("every");
    if (every < 1) {
      throw bucket.error("every", "must be 1 or more, found " + every);
    }
    int weekStart = bucket.integer("weekStart");
    if (weekStart < 1 || weekStart > 7) {
      throw bucket.error("weekStart", "1 is Monday and 7 is Sunday, found " + weekStart);
    }
    if (bucket.has("window") && bucket.flag("cumulative")) {
      throw bucket.error("window", "window and cumulative exclude each other");
    }
    return new GroupKey.TimeBucket(
        column.name(),
        granularity,
        every,
        // Days of a date column belong to no zone.
        isDate ? ZoneOffset.UTC : Zones.of(bucket, inputZone),
        DayOfWeek.of(weekStart),
        TimeAmounts.positiveOrNone(bucket, "offset"),
        GapFill.valueOf(bucket.text("fill")),
        TimeAmounts.positiveOrNone(bucket, "window"),
        bucket.flag("cumulative"));
  }

  private static GroupKey bins(InputObject bins, ApiColumn column) {
    if (bins.has("width") == bins.has("edges")) {
      throw bins.error("give either width or edges");
    }
    if (bins.has("width")) {
      double width = (Double) bins.require("width");
      if (!(width > 0)) {
        throw bins.error("width", "must be above 0, found " + width);
      }
      return new GroupKey.Bins(column.name(), width, List.of());
    }
    List<Double> edges = bins.list("edges", Double.class);
    if (edges.isEmpty()) {
      throw bins.error("edges", "needs one edge at least");
    }
    for (int i = 1; i < edges.size(); i++) {
      if (edges.get(i - 1) >= edges.get(i)) {
        throw bins.error(
            "edges", "must ascend, found %s before %s".formatted(edges.get(i - 1), edges.get(i)));
      }
    }
    return new GroupKey.Bins(column.name(), null, List.copyOf(edges));
  }
}
