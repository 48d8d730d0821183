package io.tyto.model.access;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Decides what of a collection is there for a caller. The one place that does: the schema of a
/// role, plans, live queries and exports ask here. Thread-safe: no state.
public final class Guard {
  /// The label of every private column.
  public static final String PRIVATE = "pii";

  private static final Set<Verb> OF_COLLECTIONS =
      Set.of(Verb.QUERY, Verb.RECORDS, Verb.INGEST, Verb.LETTERS, Verb.DEFINE);

  private Guard() {}

  /// Whether the caller can know that the collection exists.
  public static boolean sees(Caller caller, TableSchema schema) {
    return OF_COLLECTIONS.stream().anyMatch(verb -> may(caller, verb, schema));
  }

  /// Whether the caller may do it with some rows at least.
  public static boolean may(Caller caller, Verb verb, TableSchema schema) {
    EventConfig.Policy policy = schema.config().policy();
    return caller.isIn(policy.project()) && caller.access().may(verb, policy.collection());
  }

  /// Whether a row policy keeps the caller to some rows.
  public static boolean isRestricted(Caller caller, TableSchema schema) {
    EventConfig.Policy policy = schema.config().policy();
    return !policy.rows().isEmpty() && !caller.access().may(Verb.ROWS, policy.collection());
  }

  /// FORBIDDEN where a row policy keeps the caller to some rows.
  ///
  /// @param why all of them are needed, for people
  public static void requireAllRows(Caller caller, TableSchema schema, String why) {
    if (isRestricted(caller, schema)) {
      throw denied(schema, why);
    }
  }

  /// How many entities (rows, where there are none) must stand behind whatever the caller is told;
  /// 0: no matter how few, for who may read rows learns nothing by groups.
  public static int minGroup(Caller caller, TableSchema schema) {
    EventConfig.Policy policy = schema.config().policy();
    return caller.access().may(Verb.RECORDS, policy.collection()) ? 0 : policy.minGroup();
  }

  /// Whether the caller is not told what rows have a part in that others see.
  public static boolean isVeiled(Caller caller, TableSchema schema) {
    return isRestricted(caller, schema) || minGroup(caller, schema) > 0;
  }

  /// Whether a column is there for the caller.
  public static boolean shows(Caller caller, EventConfig config, ColumnSpec column) {
    return labels(config, column).stream()
        .allMatch(label -> caller.access().may(Verb.FIELDS, label));
  }

  /// FORBIDDEN where one of the columns is not there for the caller.
  ///
  /// @param columns names; what the collection does not have is refused elsewhere
  public static void requireShown(Caller caller, TableSchema schema, Set<String> columns) {
    for (String name : columns) {
      ColumnSpec column = schema.column(name);
      for (String label : column == null ? Set.<String>of() : labels(schema.config(), column)) {
        if (!caller.access().may(Verb.FIELDS, label)) {
          throw new TytoException(
              ErrorCode.FORBIDDEN,
              "a field of %s that this reads is hidden now: it needs the scope %s"
                  .formatted(schema.config().policy().collection(), new Scope(Verb.FIELDS, label)));
        }
      }
    }
  }

  /// Whether every caller may see of rows that were read by an older version of a collection what
  /// the newer one lets them see.
  public static boolean isAsOpen(TableSchema older, TableSchema newer) {
    if (!older.config().policy().equals(newer.config().policy())) {
      return false;
    }
    for (ColumnSpec column : older.columns()) {
      ColumnSpec now = newer.column(column.name());
      if (now != null && !labels(older.config(), column).containsAll(labels(newer.config(), now))) {
        return false;
      }
    }
    return true;
  }

  /// What a caller needs to see a column: its own label and those of the columns it is computed of.
  public static Set<String> labels(EventConfig config, ColumnSpec column) {
    Set<String> labels = new TreeSet<>();
    addLabels(config, column, labels, new TreeSet<>());
    return labels;
  }

  private static void addLabels(
      EventConfig config, ColumnSpec column, Set<String> labels, Set<String> visited) {
    if (!visited.add(column.name())) {
      return;
    }
    if (column.privacy() != null) {
      labels.add(PRIVATE);
    }
    labels.addAll(config.policy().labels().getOrDefault(column.name(), Set.of()));
    Set<String> used = new TreeSet<>();
    if (column.derive() != null) {
      used.addAll(column.derive().columns());
    }
    for (Lifetime.Measure state : config.lifetime().running()) {
      if (state.name().equals(column.name()) && state.column() != null) {
        used.add(state.column());
      }
    }
    for (String name : used) {
      ColumnSpec other = config.column(name);
      if (other != null) {
        addLabels(config, other, labels, visited);
      }
    }
  }

  /// UNKNOWN_COLLECTION where it is not there for the caller, FORBIDDEN where the verb is denied.
  public static void require(Caller caller, Verb verb, TableSchema schema) {
    EventConfig.Policy policy = schema.config().policy();
    if (!sees(caller, schema)) {
      throw unknown(policy.collection());
    }
    if (!caller.access().may(verb, policy.collection())) {
      throw new TytoException(
          ErrorCode.FORBIDDEN,
          "this is not allowed with these credentials: it needs the scope %s"
              .formatted(new Scope(verb, policy.collection())));
    }
  }

  /// The same for what shows events as they came, all fields of any row: FORBIDDEN where the caller
  /// sees some rows only, or not every field.
  public static void requireWhole(Caller caller, Verb verb, TableSchema schema) {
    require(caller, verb, schema);
    if (isRestricted(caller, schema)) {
      throw denied(schema, "this cannot be kept to the rows of one " + parameters(schema));
    }
    for (ColumnSpec column : schema.columns()) {
      for (String label : labels(schema.config(), column)) {
        if (!caller.access().may(Verb.FIELDS, label)) {
          throw new TytoException(
              ErrorCode.FORBIDDEN,
              "this shows events of %s as they came, hidden fields too: it needs the scope %s"
                  .formatted(schema.config().policy().collection(), new Scope(Verb.FIELDS, label)));
        }
      }
    }
  }

  /// Whether {@link #requireWhole} would pass.
  public static boolean isWhole(Caller caller, Verb verb, TableSchema schema) {
    return may(caller, verb, schema)
        && !isRestricted(caller, schema)
        && schema.columns().stream().allMatch(column -> shows(caller, schema.config(), column));
  }

  /// What the caller's rows meet; null: all rows are the caller's. UNKNOWN_COLLECTION; FORBIDDEN
  /// where the verb is denied, or no row is the caller's.
  public static @Nullable Filter rows(Caller caller, Verb verb, TableSchema schema) {
    require(caller, verb, schema);
    if (!isRestricted(caller, schema)) {
      return null;
    }
    List<Filter> all = new ArrayList<>();
    schema
        .config()
        .policy()
        .rows()
        .forEach((column, parameter) -> all.add(ownRows(caller, schema, column, parameter)));
    return all.size() == 1 ? all.getFirst() : new Filter.And(List.copyOf(all));
  }

  /// A filter with what the caller's rows meet.
  public static @Nullable Filter and(@Nullable Filter rows, @Nullable Filter asked) {
    if (rows == null || asked == null) {
      return rows == null ? asked : rows;
    }
    return new Filter.And(List.of(rows, asked));
  }

  private static Filter ownRows(
      Caller caller, TableSchema schema, String column, String parameter) {
    List<Object> values = own(caller, schema, column, parameter);
    return values.size() == 1
        ? new Filter.Compare(column, Filter.Op.EQ, values.getFirst(), false)
        : new Filter.In(column, values, false);
  }

  /// What the rows of a caller have in a column of a policy, as logical values; one at least.
  /// FORBIDDEN where there is none.
  ///
  /// @param parameter of the caller, as the policy has it for the column
  public static List<Object> own(
      Caller caller, TableSchema schema, String column, String parameter) {
    ColumnSpec compared = schema.column(column);
    if (compared == null) {
      throw denied(schema, "its rows do not tell whose they are: they lack " + column);
    }
    List<Object> values = new ArrayList<>();
    for (String text : caller.access().parameter(parameter)) {
      Object value = value(compared.type().element(), text);
      if (value != null) {
        values.add(value);
      }
    }
    if (values.isEmpty()) {
      throw denied(schema, "these credentials have no parameter `%s`".formatted(parameter));
    }
    return List.copyOf(values);
  }

  /// Types that a row policy can compare; others are refused where configs are read.
  public static boolean isComparable(ColumnType type) {
    return type instanceof ColumnType.StringType
        || type instanceof ColumnType.IntType
        || type instanceof ColumnType.LongType
        || type instanceof ColumnType.BoolType
        || type instanceof ColumnType.UuidType;
  }

  /// Null where the text is no value of the type, which no row has then.
  private static @Nullable Object value(ColumnType.Scalar type, String text) {
    try {
      return switch (type) {
        case ColumnType.StringType _ -> text;
        case ColumnType.IntType _, ColumnType.LongType _ -> Long.valueOf(text);
        case ColumnType.BoolType _ ->
            text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
        case ColumnType.UuidType _ -> UUID.fromString(text);
        default -> null;
      };
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String parameters(TableSchema schema) {
    return String.join(", ", new TreeSet<>(schema.config().policy().rows().values()));
  }

  private static TytoException denied(TableSchema schema, String why) {
    String collection = schema.config().policy().collection();
    return new TytoException(
        ErrorCode.FORBIDDEN,
        "%s has a row policy, and %s; all of its rows need the scope %s"
            .formatted(collection, why, new Scope(Verb.ROWS, collection)));
  }

  /// The same words for what does not exist and for what is not there for the caller.
  public static TytoException unknown(String collection) {
    return new TytoException(
        ErrorCode.UNKNOWN_COLLECTION,
        "there is no collection '%s'; the query { collections { name } } lists those there are for you"
            .formatted(collection));
  }
}
