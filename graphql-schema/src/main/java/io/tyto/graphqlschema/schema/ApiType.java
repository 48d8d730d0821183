package io.tyto.graphqlschema.schema;

import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;

/// How the values of a column appear in the API: one row of the table that decides every generated
/// type.
public enum ApiType {
  TEXT("String", "String", Family.KEY, "string"),
  /// The entity key, columns of role `id`, and hashes and tokens: compared for equality, never
  /// added.
  ID("ID", "Id", Family.KEY, "string"),
  BOOL("Boolean", "Bool", Family.KEY, "bool"),
  LONG("Long", "Long", Family.LONG, "int64"),
  FLOAT("Float", "Float", Family.FLOAT, "float64"),
  DECIMAL("Decimal", "Decimal", Family.DECIMAL, "decimal"),
  TIME("DateTime", "Time", Family.TIME, "datetime"),
  DATE("Date", "Date", Family.DATE, "date"),
  UUID("String", "Uuid", Family.KEY, "string"),
  IP("String", "Ip", Family.KEY, "string"),
  JSON("JSON", "Json", Family.NONE, "json");

  /// What can be measured of a column.
  public enum Family {
    LONG("LongAgg", "NumberFn"),
    FLOAT("FloatAgg", "NumberFn"),
    DECIMAL("DecimalAgg", "NumberFn"),
    KEY("KeyAgg", "KeyFn"),
    TIME("TimeAgg", "TimeFn"),
    DATE("DateAgg", "TimeFn"),
    /// Nothing: it is not a group key either.
    NONE("", "");

    private final String aggregate;
    private final String function;

    Family(String aggregate, String function) {
      this.aggregate = aggregate;
      this.function = function;
    }

    /// The type of its cells in a selection.
    public String aggregate() {
      return aggregate;
    }

    /// The input that names one of its measures.
    public String function() {
      return function;
    }

    public boolean isNumber() {
      return this == LONG || this == FLOAT || this == DECIMAL;
    }
  }

  private final String scalar;
  private final String filterPrefix;
  private final Family family;
  private final String tableType;

  ApiType(String scalar, String filterPrefix, Family family, String tableType) {
    this.scalar = scalar;
    this.filterPrefix = filterPrefix;
    this.family = family;
    this.tableType = tableType;
  }

  /// The type of a column's values, of its elements if it is a list.
  static ApiType of(ColumnSpec column, boolean isEntityKey) {
    ApiType natural = natural(column.type().element());
    boolean isId = isEntityKey || column.role() == ColumnSpec.Role.ID || column.isHidden();
    return isId && natural.canBeId() ? ID : natural;
  }

  /// The type of values that are nobody's identity.
  static ApiType natural(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.StringType _ -> TEXT;
      case ColumnType.BoolType _ -> BOOL;
      case ColumnType.IntType _, ColumnType.LongType _ -> LONG;
      case ColumnType.DoubleType _ -> FLOAT;
      case ColumnType.DecimalType _ -> DECIMAL;
      case ColumnType.TimestampType _ -> TIME;
      case ColumnType.DateType _ -> DATE;
      case ColumnType.UuidType _ -> UUID;
      case ColumnType.IpType _ -> IP;
      case ColumnType.JsonType _ -> JSON;
    };
  }

  private boolean canBeId() {
    return this == TEXT || this == LONG || this == UUID;
  }

  /// The GraphQL scalar.
  public String scalar() {
    return scalar;
  }

  public String filter() {
    return filterPrefix + "Filter";
  }

  public String listFilter() {
    return filterPrefix + "ListFilter";
  }

  public Family family() {
    return family;
  }

  /// What `TableColumn.type` calls it.
  public String tableType() {
    return tableType;
  }

  public boolean isNumber() {
    return family.isNumber();
  }

  /// The type of what a function makes of values of this type.
  public ApiType resultOf(Measure.Function function) {
    return switch (function) {
      case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> LONG;
      case SUM -> this == LONG ? LONG : FLOAT;
      case SUM_EXACT -> DECIMAL;
      case AVG, STDDEV -> FLOAT;
      case MIN, MAX, FIRST, LAST -> family == Family.KEY ? TEXT : this;
    };
  }

  /// A logical value of this type as a result holds it.
  public Object json(Object value) {
    return switch (this) {
      case BOOL -> value;
      case LONG -> Formats.longNumber(((Number) value).longValue());
      case FLOAT -> ((Number) value).doubleValue();
      case DECIMAL -> Formats.decimal(value);
      case TIME -> Formats.time(value);
      case JSON -> Formats.json((String) value);
      case TEXT, ID, UUID, IP, DATE -> Formats.text(value);
    };
  }
}
