package io.tyto.graphqlschema.schema;

import static io.tyto.graphqlschema.schema.SdlWriter.argument;
import static io.tyto.graphqlschema.schema.SdlWriter.words;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.EventConfig;
import java.util.List;

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
      writeOrders();
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
        .members(dimensions, CollectionSdl::values, ApiColumn::constant)
        .close();
  }

  private static String values(ApiColumn column) {
    return words(column, (column.isList() ? "Elements of " : "Values of ") + column.name());
  }

  private void writeFilter() {
    sdl.describe("Members beside each other are ANDed; SQL's three-valued logic for nulls")
        .open("input " + type + "Filter")
        .member("All of them; true of none", "and: [" + type + "Filter!]")
        .member("One of them at least; false of none", "or: [" + type + "Filter!]")
        .member("Where it is false; null stays null", "not: " + type + "Filter")
        .members(
            collection.columns(), CollectionSdl::values, c -> c.field() + ": " + c.filterType());
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
    sdl.describe(
            "What rows are grouped by. No member is a column's name, so that kinds of keys can be"
                + " added for ever")
        .open("input " + type + "GroupKey @oneOf")
        .member("The values of a column, null among them", "dimension: " + type + "Dimension")
        .member("Buckets of time", "time: " + type + "TimeBucket");
    if (!binnable.isEmpty()) {
      sdl.member("Ranges of numbers", "bin: " + type + "Bin");
    }
    sdl.close()
        .describe("Columns of which time buckets can be made")
        .open("enum " + type + "Time")
        .members(timeAxes, CollectionSdl::values, ApiColumn::constant)
        .close()
        .describe("Buckets of time, by the calendar of a zone")
        .open("input " + type + "TimeBucket")
        .member(
            "What is bucketed",
            "column: %sTime! = %s".formatted(type, collection.time().constant()))
        .member("Their size", "granularity: Granularity!")
        .member(
            "That many granules a bucket, counted from 1970-01-01 local or, for months and up, from"
                + " the calendar year",
            "every: Int = 1")
        .member("Absent: that of the input", "timezone: TimeZone")
        .member("From 1, Monday, to 7", "weekStart: Int = 1")
        .member("Moves each bucket's start", "offset: Duration")
        .member("What stands in buckets without rows", "fill: GapFill = NONE")
        .member("Each bucket aggregates the rows of [end - window, end)", "window: Duration")
        .member(
            "Each bucket aggregates the rows from the range's start on",
            "cumulative: Boolean = false")
        .close();
    if (!binnable.isEmpty()) {
      sdl.describe("Columns of which bins can be made")
          .open("enum " + type + "Number")
          .members(binnable, CollectionSdl::values, ApiColumn::constant)
          .close()
          .describe("Ranges of numbers: of equal width, or between edges")
          .open("input " + type + "Bin")
          .member("What is binned", "column: " + type + "Number!")
          .member("Of every bin, counted from 0", "width: Float")
          .member("Where bins end, ascending", "edges: [Float!]")
          .close();
    }
  }

  private void writeMeasureInputs() {
    sdl.describe("A measure, wherever one is named: table, order, having, top, expressions")
        .open("input " + type + "Measure @oneOf")
        .member("true: rows", "count: Boolean")
        .members(
            dimensions, c -> "Of " + c.name(), c -> c.field() + ": " + c.type().family().function())
        .member("One measure divided by another", "_expr: " + type + "Expr")
        .close()
        .describe("of divided by per, each over some of the rows; null where per is 0 or null")
        .open("input " + type + "Expr")
        .member("What is divided", "of: " + type + "Measure!")
        .member("The rows that of is over; absent: all of the group", "where: " + type + "Filter")
        .member("What it is divided by; absent: by nothing", "per: " + type + "Measure")
        .member(
            "The rows that per is over; absent: all of the group", "perWhere: " + type + "Filter")
        .member("Of its column in a table", "name: String")
        .close()
        .describe("Which groups stay; siblings are ANDed, and of and is go together")
        .open("input " + type + "Having")
        .member("All of them", "and: [" + type + "Having!]")
        .member("One of them at least", "or: [" + type + "Having!]")
        .member("Where it is false", "not: " + type + "Having")
        .member("A measure of the group", "of: " + type + "Measure")
        .member("What it has to meet", "is: FloatFilter")
        .close();
  }

  private void writeOrders() {
    sdl.describe("By a key or by a measure; ties are broken by all keys")
        .open("input " + type + "Order @oneOf")
        .member("One of groupBy", "key: " + type + "KeyOrder")
        .member("Any measure, selected or not", "measure: " + type + "MeasureOrder")
        .close()
        .describe("By a key of groupBy")
        .open("input " + type + "KeyOrder @oneOf")
        .members(dimensions, c -> "By " + c.name(), c -> c.field() + ": Order")
        .members(binnable, c -> "By the bin of " + c.name(), c -> c.binField() + ": Order")
        .close()
        .describe("By a measure")
        .open("input " + type + "MeasureOrder")
        .member("The measure", "of: " + type + "Measure!")
        .member("The greatest first unless said", "order: Order! = DESC")
        .member("Of which period; but for CURRENT it needs compareTo", "basis: Basis! = CURRENT")
        .close()
        .describe(
            "The first n rows of each tuple of keys (and of each time bucket), after having and"
                + " orderBy, before limit")
        .open("input " + type + "LimitPer")
        .member(
            "Some of groupBy; rows that agree in them are a tuple",
            "keys: [" + type + "Dimension!]!")
        .member("Whether the time bucket is one of them", "bucket: Boolean = false")
        .member("Rows of each", "n: Int!")
        .close()
        .describe(
            "The n best tuples of keys over the whole range; with others, the rest adds up in"
                + " othersRows for each remaining key")
        .open("input " + type + "Top")
        .member("Some of groupBy", "keys: [" + type + "Dimension!]!")
        .member("Tuples that stay", "n: Int!")
        .member("What makes one better", "by: " + type + "MeasureOrder!")
        .close();
  }

  private void writeAggregateInput() {
    sdl.describe(
            "Arguments decide which rows exist; the selection decides only which cells come back")
        .open("input " + type + "AggregateInput")
        .member("Which time is asked about", "range: TimeRange!")
        .member("Of presets, last, and time buckets", "timezone: TimeZone = \"UTC\"")
        .member(
            "A row for each combination; of none one row", "groupBy: [" + type + "GroupKey!]! = []")
        .member("Which rows count", "where: " + type + "Filter")
        .member("Which groups stay", "having: " + type + "Having")
        .member("Absent: by the keys, ascending", "orderBy: [" + type + "Order!]")
        .member("The first rows of each tuple of keys", "limitPer: " + type + "LimitPer")
        .member("The best tuples over the whole range", "top: " + type + "Top")
        .member("Whether what top leaves out is added up", "others: Boolean = false")
        .member("The period that previous holds", "compareTo: CompareTo")
        .member("How it is answered", "options: QueryOptions")
        .close();
  }

  private void writeGroups() {
    sdl.describe(
            "Selecting a member that is not in groupBy is the error DIMENSION_NOT_GROUPED, never a"
                + " silent null")
        .open("type " + type + "Key")
        .members(dimensions, CollectionSdl::key, c -> c.field() + ": " + c.type().scalar())
        .members(
            timeAxes,
            c -> "End of the bucket of " + c.name() + ", exclusive",
            c -> c.endField() + ": " + c.type().scalar())
        .members(binnable, c -> "Bin of " + c.name(), c -> c.binField() + ": Bin")
        .close()
        .describe("Measures of the rows of a group")
        .open("type " + type + "Measures")
        .member("Rows", "count: Long!")
        .members(
            dimensions,
            c -> words(c, "Of " + c.name()),
            c -> c.field() + ": " + c.type().family().aggregate() + "!")
        .field(
            "The same cells over the rows that meet where",
            "_only",
            type + "Measures!",
            List.of(argument("Which rows count", "where: " + type + "Filter!")))
        .field(
            "One measure divided by another",
            "_expr",
            "Float",
            List.of(argument("What is divided by what", "expr: " + type + "Expr!")))
        .close()
        .describe("A row of an aggregate")
        .open("type " + type + "Group")
        .member(
            "Hash of the input and the key, so that caches merge panels over the same rows",
            "id: ID!")
        .member("What the rows have in common", "key: " + type + "Key!")
        .member("Of its rows", "measures: " + type + "Measures!")
        .member(
            "Of the rows of the compared period; null without compareTo",
            "previous: " + type + "Measures")
        .member("For after", "cursor: String!")
        .close();
    writeAggregate();
  }

  private static String key(ApiColumn column) {
    return words(
        column,
        (column.isList() ? "Element of " : "Value of ")
            + column.name()
            + (column.isTimeAxis() ? ", or the start of its bucket" : ""));
  }

  private void writeAggregate() {
    sdl.describe("Groups and their measures")
        .open("type " + type + "Aggregate")
        .member("One a group", "rows: [" + type + "Group!]!")
        .member("Over all rows that meet where, before having", "totals: " + type + "Measures!")
        .member(
            "The same of the compared period; null without compareTo",
            "previousTotals: " + type + "Measures")
        .member(
            "What top leaves out, added up; null without others", "others: " + type + "Measures")
        .member(
            "The same for each remaining key; empty without others",
            "othersRows: [" + type + "Group!]!")
        .field(
            "Groups after having and before limits; always exact",
            "groupCount",
            "Long!",
            List.of(argument("Makes no difference", "exact: Boolean = false")))
        .member("Where the page lies", "pageInfo: PageInfo!")
        .member("How the answer came about", "meta: QueryMeta!")
        .member("How the rows were found, and why not from a cube", "explain: Explain!")
        .close()
        .describe("An update of an aggregate that is followed")
        .open("type " + type + "Live")
        .member("The answer as it is now", "aggregate: " + type + "Aggregate!")
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
      root.field(
          "Records as they arrive, from now on or behind the offset of an earlier update",
          collection.field() + "Events",
          type + "Events!",
          List.of(
              argument("Which records are told", "where: " + type + "Filter"),
              argument("The share of them that is told, above 0", "sampleRate: Float = 1"),
              argument("Of an earlier update", "fromOffset: String"),
              argument("Records of one update, at most 1,000", "maxBatch: Int = 100")));
    }
    if (collection.expose().aggregate()) {
      root.field(
          "An aggregate, told again when it has changed, at most once in every; a range such as"
              + " last moves with the clock",
          collection.field() + "Live",
          type + "Live!",
          List.of(
              argument("What is asked", "input: " + type + "AggregateInput!"),
              argument("Rows, at most 1,000", "limit: Int = 100"),
              argument("From 0.1 seconds to a day", "every: Duration! = \"PT5S\""),
              argument("false: told after every, changed or not", "onlyOnChange: Boolean = true")));
    }
  }

  static boolean hasSubscriptions(ApiCollection collection) {
    return collection.expose().aggregate() || collection.expose().records();
  }

  private void writeRecords() {
    sdl.describe(collection.described("A record of "))
        .open("type " + type)
        .member("Names the record for ever", "_id: ID!")
        .members(collection.columns(), CollectionSdl::cell, c -> c.field() + ": " + c.recordType());
    EventConfig.Entity entity = collection.schema().config().entity();
    String entityField = collection.entityField();
    if (entity != null && entityField != null) {
      sdl.member(
          "Whose event it is; of at most 1,000 different ones a page, 100 where questions are asked"
              + " about them. Not of records that are followed",
          entityField + ": " + ApiNames.type(entity.name()));
    }
    sdl.close()
        .describe("Records that arrived")
        .open("type " + type + "Events")
        .member("In the order of their log", "events: [" + type + "!]!")
        .member(
            "Records left out since the update before, because the client was too slow",
            "dropped: Long!")
        .member("Give it as fromOffset to go on behind these records", "offset: String!")
        .close()
        .describe("A record and where it stands")
        .open("type " + type + "Edge")
        .member("For after and before", "cursor: String!")
        .member("The record", "node: " + type + "!")
        .close()
        .describe("A page of records")
        .open("type " + type + "Connection")
        .member("Records with their cursors", "edges: [" + type + "Edge!]!")
        .member("Records alone", "nodes: [" + type + "!]!")
        .member("Where the page lies", "pageInfo: PageInfo!")
        .member("Records on all pages", "totalCount: Long!")
        .member("How the answer came about", "meta: QueryMeta!")
        .close()
        .describe("By a column; ties are always broken by the record's identity")
        .open("input " + type + "RecordOrder @oneOf")
        .members(sortable, c -> "By " + c.name(), c -> c.field() + ": Order")
        .close();
  }

  /// The input of one event.
  static String writeEvent(ApiEvent event) {
    SdlWriter sdl =
        new SdlWriter()
            .describe("An event of " + event.collection().name() + " as it is sent")
            .open("input " + event.typeName());
    for (ApiEvent.Member member : event.members()) {
      ApiColumn column = member.column();
      sdl.member(cell(column), column.field() + ": " + member.inputType());
    }
    return sdl.close().toString();
  }

  private static String cell(ApiColumn column) {
    return words(column, (column.isList() ? "Elements of " : "Value of ") + column.name());
  }

  /// The field that aggregates rows.
  static void writeAggregateField(ApiCollection collection, String description, SdlWriter sdl) {
    String type = collection.typeName();
    sdl.field(
        description,
        "aggregate",
        type + "Aggregate @listSize(slicingArguments: [\"limit\"], sizedFields: [\"rows\"])",
        List.of(
            argument("What is asked", "input: " + type + "AggregateInput!"),
            argument("Rows of the page", "limit: Int = 100"),
            argument("Rows left out before it", "offset: Int = 0"),
            argument("The cursor of the row before it", "after: String")));
  }

  /// The field of raw rows.
  static void writeRecordsField(ApiCollection collection, String description, SdlWriter sdl) {
    String type = collection.typeName();
    sdl.field(
        description,
        "records",
        type
            + "Connection @listSize(slicingArguments: [\"first\", \"last\"], sizedFields:"
            + " [\"edges\", \"nodes\"], requireOneSlicingArgument: false)",
        List.of(
            argument("Which time is asked about", "range: TimeRange!"),
            argument("Which records", "where: " + type + "Filter"),
            argument(
                "The newest first unless said",
                "orderBy: [%sRecordOrder!]! = [{%s: DESC}]"
                    .formatted(type, collection.time().field())),
            argument("Records left out before the page", "offset: Int = 0"),
            argument("Records of the page", "first: Int = 50"),
            argument("The cursor of the record before it", "after: String"),
            argument("Records of a page that ends with the last, or at before", "last: Int"),
            argument("The cursor of the record behind the page", "before: String"),
            argument("How it is answered", "options: QueryOptions")));
  }

  private void writeCollection() {
    EventConfig.Expose expose = collection.expose();
    sdl.describe(collection.described("Ways to ask ")).open("type " + type + "Collection");
    if (expose.aggregate()) {
      writeAggregateField(
          collection,
          "Groups and their measures. input is the identity of the result, limit, offset and after"
              + " only the window (Apollo keyArgs: [\"input\"])",
          sdl);
    }
    if (expose.table()) {
      sdl.field(
          "The same question, answered by columns: as large as a chart or a sheet needs",
          "table",
          "Table",
          List.of(
              argument("What is asked", "input: " + type + "AggregateInput!"),
              argument("Columns beside the keys", "measures: [" + type + "Measure!]!"),
              argument("Rows of the page", "limit: Int = 10000"),
              argument("The endCursor of the page before", "after: String")));
    }
    if (expose.records()) {
      writeRecordsField(collection, "Raw rows", sdl);
    }
    if (expose.values()) {
      sdl.field(
          "The most frequent values, for completion",
          "values",
          "[ValueCount!] @listSize(slicingArguments: [\"first\"])",
          List.of(
              argument("Of which column", "dimension: " + type + "Dimension!"),
              argument("That they begin with, compared without case", "prefix: String"),
              argument("Absent: all time", "range: TimeRange"),
              argument("How many, at most 1,000", "first: Int = 20")));
    }
    if (!collection.cubes().isEmpty()) {
      sdl.member("What is rolled up as events come", "cubes: " + type + "Cubes!");
    }
    sdl.member("What is known of it without a scan", "info: Collection!").close();
  }
}
