package io.tyto.model.schema;

import java.util.Locale;
import java.util.Set;

/// How names of configs become names of the GraphQL API. One rule for the config check and for the
/// schema generator, so that what loads also generates. Thread-safe: no state.
public final class ApiNames {
  /// Members that the API adds beside columns without a leading underscore.
  public static final Set<String> RESERVED_MEMBERS = Set.of("and", "or", "not", "count");

  /// Fields of the root query that no collection or entity may take.
  public static final Set<String> ROOT_FIELDS =
      Set.of(
          "collections",
          "rateLimit",
          "apiKeys",
          "dashboards",
          "savedQueries",
          "views",
          "materialized",
          "deadLetters",
          "deadLetterReasons",
          "node",
          "schemaVersion");

  /// Types that every schema has; a collection's or an entity's types must not take their names.
  public static final Set<String> SHARED_TYPES =
      Set.of(
          // scalars
          "DateTime",
          "Date",
          "Long",
          "Decimal",
          "Duration",
          "TimeZone",
          "ColumnData",
          "JSON",
          "Int",
          "Float",
          "String",
          "Boolean",
          "ID",
          // enums
          "PiiPolicy",
          "Order",
          "Granularity",
          "GapFill",
          "Basis",
          "OnPartial",
          "TimePreset",
          "CacheStatus",
          "ColumnRole",
          "QuantileMethod",
          "NumberFnName",
          "KeyFnName",
          "TimeFnName",
          "ViewState",
          "ViewStrategy",
          // inputs
          "Interval",
          "TimeRange",
          "CompareTo",
          "StringFilter",
          "IdFilter",
          "LongFilter",
          "FloatFilter",
          "DecimalFilter",
          "TimeFilter",
          "DateFilter",
          "BoolFilter",
          "JsonFilter",
          "JsonStringFilter",
          "JsonNumberFilter",
          "StringListFilter",
          "IdListFilter",
          "LongListFilter",
          "FloatListFilter",
          "DecimalListFilter",
          "TimeListFilter",
          "DateListFilter",
          "BoolListFilter",
          "UuidFilter",
          "UuidListFilter",
          "IpFilter",
          "IpListFilter",
          "QueryOptions",
          "EntityOptions",
          "NumberFn",
          "KeyFn",
          "TimeFn",
          "DashboardInput",
          "PanelInput",
          "SavedQueryInput",
          "ViewInput",
          // results
          "LongAgg",
          "FloatAgg",
          "DecimalAgg",
          "KeyAgg",
          "TimeAgg",
          "DateAgg",
          "ValueCount",
          "QueryMeta",
          "MissingRows",
          "Warning",
          "Explain",
          "Table",
          "TableColumn",
          "PageInfo",
          "Bin",
          "EntityCohort",
          "EntityCohortSize",
          "EntitySavedCohort",
          "EntityFunnel",
          "EntityFunnelGroup",
          "EntityFunnelStep",
          "EntityRetention",
          "EntityRetentionCohort",
          "EntityRetentionPeriod",
          "EntitySessions",
          "EntitySessionGroup",
          "EntitySessionStats",
          "Collection",
          "Column",
          "CubeInfo",
          "CollectionLimits",
          "RateLimit",
          "UserError",
          // operations and operators' objects
          "Query",
          "Mutation",
          "Subscription",
          "Node",
          "ApiKey",
          "ApiKeyPayload",
          "ApiKeyParameter",
          "ApiKeyParameterInput",
          "ApiKeyDocuments",
          "SavedQuery",
          "SavedQueryPayload",
          "Dashboard",
          "DashboardPayload",
          "Panel",
          "Materialized",
          "MaterializedView",
          "ViewPayload",
          "DeadLetter",
          "DeadLetterConnection",
          "DeadLetterEdge",
          "DeadLetterFilter",
          "DeadLetterReason",
          "ReplayError",
          "ReplayPayload",
          "ErasePayload",
          "DeletePayload",
          "IngestResult",
          "RejectedEvent");

  /// What stands behind a collection's type name in the types generated for it; empty is its
  /// record.
  public static final Set<String> COLLECTION_TYPE_SUFFIXES =
      Set.of(
          "",
          "Dimension",
          "Bin",
          "Number",
          "GroupKey",
          "TimeBucket",
          "Time",
          "Filter",
          "Expr",
          "Having",
          "MeasureOrder",
          "Order",
          "KeyOrder",
          "LimitPer",
          "Top",
          "AggregateInput",
          "Measure",
          "Key",
          "Measures",
          "Group",
          "Aggregate",
          "Edge",
          "Connection",
          "RecordOrder",
          "Cubes",
          "CubeMeasure",
          "CubeMeasures",
          "Collection",
          "Lifetime",
          "EventInput",
          "Live",
          "Events");

  /// The same behind an entity's type name, which is {@link #entityType}.
  public static final Set<String> ENTITY_TYPE_SUFFIXES =
      Set.of(
          "",
          "Event",
          "Dimension",
          "FunnelInput",
          "RetentionInput",
          "SessionsInput",
          "Cohort",
          "Did",
          "Filter");

  private ApiNames() {}

  /// The root field of what an entity's events tell together: `user` -> `byUser`.
  public static String entityField(String entity) {
    return "by" + type(field(entity));
  }

  /// What the names of its types begin with: `user` -> `ByUser`.
  public static String entityType(String entity) {
    return type(entityField(entity));
  }

  /// The member name of a column, or the root field of a collection: `at_batting` -> `atBatting`,
  /// `yearID` stays, `DivAirportIDs` -> `divAirportIDs`, `CRSDepTime` -> `crsDepTime`, `USER_ID` ->
  /// `userId`. Every run of characters other than ASCII letters and digits joins two words.
  public static String field(String name) {
    boolean isUpper = name.equals(name.toUpperCase(Locale.ROOT));
    String source = isUpper ? name.toLowerCase(Locale.ROOT) : name;
    StringBuilder field = new StringBuilder(source.length());
    for (String word : source.split("[^A-Za-z0-9]+", -1)) {
      if (!word.isEmpty()) {
        field.append(field.isEmpty() ? lowerStart(word) : type(word));
      }
    }
    return field.toString();
  }

  /// The type name behind an API name: `recharge` -> `Recharge`.
  public static String type(String apiName) {
    return apiName.substring(0, 1).toUpperCase(Locale.ROOT) + apiName.substring(1);
  }

  /// The enum constant behind an API name: `serverId` -> `SERVER_ID`, `divAirportIDs` ->
  /// `DIV_AIRPORT_IDS`. Words begin where a capital follows a small letter or a digit.
  public static String constant(String apiName) {
    return apiName.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  /// Whether a text can be an API name of the user's choice: system names begin with an underscore
  /// and generated suffixes hold one, so neither can meet it.
  public static boolean isValid(String apiName) {
    return apiName.matches("[a-z][A-Za-z0-9]*");
  }

  /// Lowers a leading capital, or a leading acronym but for the capital that begins its next word.
  private static String lowerStart(String word) {
    int capitals = 0;
    while (capitals < word.length() && Character.isUpperCase(word.charAt(capitals))) {
      capitals++;
    }
    boolean nextWordFollows =
        capitals > 1 && capitals < word.length() && Character.isLowerCase(word.charAt(capitals));
    int lowered = nextWordFollows ? capitals - 1 : capitals;
    return word.substring(0, lowered).toLowerCase(Locale.ROOT) + word.substring(lowered);
  }
}
