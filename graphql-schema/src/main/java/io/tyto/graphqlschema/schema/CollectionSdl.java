package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.EventConfig;
import java.util.List;
import java.util.stream.Collectors;

/// Writes the types that one collection adds to the schema.
///
/// Members named after columns and members of the system never meet: the latter begin with an
/// underscore, hold one (`amount_bin`, `ts_end`), or are reserved (`and`, `or`, `not`, `count`).
final class CollectionSdl {
  private final ApiCollection collection;
  private final String type;
  private final SdlWriter sdl = new SdlWriter();
  private final List<ApiColumn> dimensions;
  private final List<ApiColumn> timeAxes;
  private final List<ApiColumn> binnable;
  private final List<ApiColumn> sortable;

  private CollectionSdl(ApiCollection collection) {
    this.collection = collection;
    this.type = collection.typeName();
    this.dimensions = collection.columns(ApiColumn::isDimension);
    this.timeAxes = collection.columns(ApiColumn::isTimeAxis);
    this.binnable = collection.columns(ApiColumn::isBinnable);
    this.sortable = collection.columns(ApiColumn::isSortable);
  }

  static String write(ApiCollection collection) {
    return new CollectionSdl(collection).write();
  }

  private String write() {
    EventConfig.Expose expose = collection.expose();
    boolean groups = expose.aggregate() || expose.table();
    sdl.comment("collection " + collection.name());
    if (groups || expose.values()) {
      writeDimensions();
    }
    if (groups || expose.records()) {
      writeFilter();
    }
    if (groups) {
      writeGroupKeys();
      writeMeasureInputs();
      writeAggregateInput();
    }
    if (expose.aggregate()) {
      writeGroups();
    }
    if (expose.records()) {
      writeRecords();
    }
    if (!collection.cubes().isEmpty()) {
      new CubeSdl(collection, sdl).write();
    }
    writeCollection();
    return sdl.toString();
  }

  private void writeDimensions() {
    sdl.describe(
            "Columns by which " + collection.name() + " can be grouped; of a list, its elements")
        .open("enum " + type + "Dimension")
        .members(dimensions, true, ApiColumn::constant)
        .close();
  }

  private void writeFilter() {
    sdl.describe("Members beside each other are ANDed; SQL's three-valued logic for nulls")
        .open("input " + type + "Filter")
        .member("and: [" + type + "Filter!]")
        .member("or: [" + type + "Filter!]")
        .member("not: " + type + "Filter")
        .members(collection.columns(), true, c -> c.field() + ": " + c.filterType());
    ApiEntity entity = collection.entity();
    String field = collection.cohortField();
    if (entity != null && field != null) {
      sdl.member(
          "In the question's own where: by what else they did",
          field + ": " + entity.typeName() + "Filter");
    }
    sdl.close();
  }

  private void writeGroupKeys() {
    String bin = binnable.isEmpty() ? "" : " bin: " + type + "Bin";
    sdl.describe("No member is a column's name, so that kinds of keys can be added for ever")
        .line(
            "input %sGroupKey @oneOf { dimension: %sDimension time: %sTimeBucket%s }"
                .formatted(type, type, type, bin))
        .line("enum " + type + "Time { " + constants(timeAxes) + " }")
        .describe(
            "every: that many granules a bucket, counted from 1970-01-01 local or, for months and up,"
                + " from the calendar year. offset moves each bucket's start. window: each bucket"
                + " aggregates the rows of [end - window, end). cumulative: from the range's start")
        .line(
            "input %sTimeBucket { column: %sTime! = %s granularity: Granularity! every: Int = 1 timezone: TimeZone weekStart: Int = 1 offset: Duration fill: GapFill = NONE window: Duration cumulative: Boolean = false }"
                .formatted(type, type, collection.time().constant()));
    if (!binnable.isEmpty()) {
      sdl.line("enum " + type + "Number { " + constants(binnable) + " }")
          .describe("Either bins of equal width from 0, or between ascending edges")
          .line(
              "input %sBin { column: %sNumber! width: Float edges: [Float!] }"
                  .formatted(type, type));
    }
  }

  private static String constants(List<ApiColumn> columns) {
    return columns.stream().map(ApiColumn::constant).collect(Collectors.joining(" "));
  }

  private void writeMeasureInputs() {
    sdl.describe(
            "One language for a measure wherever it is named: table, order, having, top,"
                + " expressions; a table column's name defaults to e.g. amount_sum")
        .open("input " + type + "Measure @oneOf")
        .member("count: Boolean")
        .members(dimensions, false, c -> c.field() + ": " + c.type().family().function())
        .member("_expr: " + type + "Expr")
        .close()
        .describe(
            "of over the rows that meet where, divided by per over the rows that meet perWhere"
                + " (absent: all rows of the group); null where per is 0 or null")
        .line(
            "input %sExpr { of: %sMeasure! where: %sFilter per: %sMeasure perWhere: %sFilter name: String }"
                .formatted(type, type, type, type, type))
        .describe("of and is go together; siblings are ANDed")
        .line(
            "input %sHaving { and: [%sHaving!] or: [%sHaving!] not: %sHaving of: %sMeasure is: FloatFilter }"
                .formatted(type, type, type, type, type));
  }

  private void writeAggregateInput() {
    sdl.line(
            "input %sOrder @oneOf { key: %sKeyOrder measure: %sMeasureOrder }"
                .formatted(type, type, type))
        .open("input " + type + "KeyOrder @oneOf")
        .members(dimensions, false, c -> c.field() + ": Order")
        .members(binnable, false, c -> c.binField() + ": Order")
        .close()
        .line(
            "input %sMeasureOrder { of: %sMeasure! order: Order! = DESC basis: Basis! = CURRENT }"
                .formatted(type, type))
        .describe(
            "The first n rows of each tuple of keys (and of each time bucket), after having and"
                + " orderBy, before limit")
        .line(
            "input %sLimitPer { keys: [%sDimension!]! bucket: Boolean = false n: Int! }"
                .formatted(type, type))
        .describe(
            "The n best tuples of keys over the whole range; with others, the rest adds up in"
                + " othersRows for each remaining key")
        .line(
            "input %sTop { keys: [%sDimension!]! n: Int! by: %sMeasureOrder! }"
                .formatted(type, type, type))
        .describe(
            "Arguments decide which rows exist; the selection decides only which cells come back")
        .open("input " + type + "AggregateInput")
        .member("range: TimeRange!")
        .member("timezone: TimeZone = \"UTC\"")
        .member("groupBy: [" + type + "GroupKey!]! = []")
        .member("where: " + type + "Filter")
        .member("having: " + type + "Having")
        .member("orderBy: [" + type + "Order!]")
        .member("limitPer: " + type + "LimitPer")
        .member("top: " + type + "Top")
        .member("others: Boolean = false")
        .member("compareTo: CompareTo")
        .member("options: QueryOptions")
        .close();
  }

  private void writeGroups() {
    sdl.describe(
            "Selecting a member that is not in groupBy is the error DIMENSION_NOT_GROUPED, never a"
                + " silent null")
        .open("type " + type + "Key")
        .members(dimensions, true, c -> c.field() + ": " + c.type().scalar())
        .members(timeAxes, false, c -> c.endField() + ": " + c.type().scalar())
        .members(binnable, false, c -> c.binField() + ": Bin")
        .close()
        .open("type " + type + "Measures")
        .member("count: Long!")
        .members(dimensions, true, c -> c.field() + ": " + c.type().family().aggregate() + "!")
        .member(
            "The same cells over the rows that meet where",
            "_only(where: %sFilter!): %sMeasures".formatted(type, type))
        .member("_expr(expr: " + type + "Expr!): Float")
        .close()
        .describe(
            "id: hash of the input and the key, so that caches merge panels over the same rows")
        .line(
            "type %sGroup { id: ID! key: %sKey! measures: %sMeasures! previous: %sMeasures cursor: String! }"
                .formatted(type, type, type, type))
        .open("type " + type + "Aggregate")
        .member("rows: [" + type + "Group!]!")
        .member("Over all rows that meet where, before having", "totals: " + type + "Measures!")
        .member("previousTotals: " + type + "Measures")
        .member("others: " + type + "Measures")
        .member("othersRows: [" + type + "Group!]!")
        .member(
            "Groups after having and before limits; always exact",
            "groupCount(exact: Boolean = false): Long!")
        .member("pageInfo: PageInfo!")
        .member("meta: QueryMeta!")
        .member("How the rows were found, and why not from a cube", "explain: Explain!")
        .close()
        .open("type " + type + "Live")
        .member("aggregate: " + type + "Aggregate!")
        .member(
            "Number of this update, from 1; a gap stands for updates that newer ones replaced",
            "sequence: Long!")
        .member(
            "Rows that were not in the update before or had other cells there; all rows in the"
                + " first one and after a gap",
            "changedRows: Int!")
        .close();
  }

  /// The fields that one collection adds to the root subscription.
  static void writeSubscriptions(ApiCollection collection, SdlWriter root) {
    String type = collection.typeName();
    if (collection.expose().records()) {
      root.member(
          "Records as they arrive, from now on or behind the offset of an earlier update",
          "%sEvents(where: %sFilter, sampleRate: Float = 1, fromOffset: String, maxBatch: Int = 100): %sEvents!"
              .formatted(collection.field(), type, type));
    }
    if (collection.expose().aggregate()) {
      root.member(
          "An aggregate, told again when it has changed, at most once in every; a range such as"
              + " last moves with the clock",
          "%sLive(input: %sAggregateInput!, limit: Int = 100, every: Duration! = \"PT5S\", onlyOnChange: Boolean = true): %sLive!"
              .formatted(collection.field(), type, type));
    }
  }

  static boolean hasSubscriptions(ApiCollection collection) {
    return collection.expose().aggregate() || collection.expose().records();
  }

  private void writeRecords() {
    sdl.describe(collection.schema().config().description())
        .open("type " + type)
        .member("Names the record for ever", "_id: ID!")
        .members(collection.columns(), true, c -> c.field() + ": " + c.recordType())
        .close()
        .open("type " + type + "Events")
        .member("events: [" + type + "!]!")
        .member(
            "Records left out since the update before, because the client was too slow",
            "dropped: Long!")
        .member("Give it as fromOffset to go on behind these records", "offset: String!")
        .close()
        .line("type %sEdge { cursor: String! node: %s! }".formatted(type, type))
        .line(
            "type %sConnection { edges: [%sEdge!]! nodes: [%s!]! pageInfo: PageInfo! totalCount: Long! meta: QueryMeta! }"
                .formatted(type, type, type))
        .describe("Ties are always broken by the record's identity")
        .open("input " + type + "RecordOrder @oneOf")
        .members(sortable, false, c -> c.field() + ": Order")
        .close();
  }

  /// The field that aggregates rows.
  static String aggregate(ApiCollection collection) {
    String type = collection.typeName();
    return "aggregate(input: %sAggregateInput!, limit: Int = 100, offset: Int = 0, after: String): %sAggregate"
        .formatted(type, type);
  }

  /// The field of raw rows.
  static String records(ApiCollection collection) {
    String type = collection.typeName();
    return "records(range: TimeRange!, where: %sFilter, orderBy: [%sRecordOrder!]! = [{%s: DESC}], offset: Int = 0, first: Int = 50, after: String, last: Int, before: String, options: QueryOptions): %sConnection"
        .formatted(type, type, collection.time().field(), type);
  }

  private void writeCollection() {
    EventConfig.Expose expose = collection.expose();
    sdl.describe(collection.schema().config().description()).open("type " + type + "Collection");
    if (expose.aggregate()) {
      sdl.member(
          "input is the identity of the result, limit, offset and after only the window"
              + " (Apollo keyArgs: [\"input\"])",
          aggregate(collection));
    }
    if (expose.table()) {
      sdl.member(
          "table(input: %sAggregateInput!, measures: [%sMeasure!]!, limit: Int = 10000, after: String): Table"
              .formatted(type, type));
    }
    if (expose.records()) {
      sdl.member(records(collection));
    }
    if (expose.values()) {
      sdl.member(
          "The most frequent values, for completion; prefix is compared without case",
          "values(dimension: %sDimension!, prefix: String, range: TimeRange, first: Int = 20): [ValueCount!]"
              .formatted(type));
    }
    if (!collection.cubes().isEmpty()) {
      sdl.member("cubes: " + type + "Cubes!");
    }
    sdl.member("info: Collection!").close();
  }
}
