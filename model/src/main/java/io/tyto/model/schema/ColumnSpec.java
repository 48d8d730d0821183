package io.tyto.model.schema;

import io.tyto.model.expression.Expression;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One column of a collection.
///
/// @param id numeric id from the catalog, never reused; 0 while a config has not been applied
/// @param name name in the config
/// @param apiName name in the GraphQL schema
/// @param derive the expression of a derived column; computed on reading for rows older than it
/// @param annotations free words of the config, handed to clients and never interpreted
/// @param privacy what is done to its values before they are first stored; null: nothing
/// @param aliases names the column had in earlier versions of the config
/// @param enriched the enricher that fills it, {@link Lifetime#FILLER}, {@link Anomaly#FILLER}, or
///   that of a {@link Join}, so that events need not bring it; null: none
/// @param discovery whether it keeps the keys that no column reads, and makes columns of them;
///   null: it does not
public record ColumnSpec(
    int id,
    String name,
    String apiName,
    ColumnType type,
    Role role,
    @Nullable String description,
    @Nullable String deprecated,
    @Nullable String unit,
    @Nullable Expression derive,
    Map<String, String> annotations,
    @Nullable Privacy privacy,
    List<String> aliases,
    @Nullable String enriched,
    @Nullable Discovery discovery) {

  /// A column that is stored as it comes and was never called otherwise.
  public ColumnSpec(
      int id,
      String name,
      String apiName,
      ColumnType type,
      Role role,
      @Nullable String description,
      @Nullable String deprecated,
      @Nullable String unit,
      @Nullable Expression derive,
      Map<String, String> annotations) {
    this(
        id,
        name,
        apiName,
        type,
        role,
        description,
        deprecated,
        unit,
        derive,
        annotations,
        null,
        List.of(),
        null,
        null);
  }

  /// What a column is for, where its type alone does not say.
  public enum Role {
    /// Decided by the type: numbers are measures and dimensions.
    AUTO,
    DIMENSION,
    /// Shown as `ID`, without range filters or arithmetic.
    ID
  }

  public static ColumnSpec system(int id, String name, ColumnType type) {
    return new ColumnSpec(id, name, name, type, Role.AUTO, null, null, null, null, Map.of());
  }

  /// Whether stored values are hashes or tokens: equal where the values are, and nothing else can
  /// be told of them.
  public boolean isHidden() {
    return privacy != null
        && (privacy.policy() == Privacy.Policy.HASH || privacy.policy() == Privacy.Policy.TOKENIZE);
  }

  /// Whether rows that lack the column have its values computed. Those of a private column come
  /// from values that are not stored as they came.
  public boolean isComputable() {
    return derive != null && privacy == null;
  }

  /// Whether its values are what dimension tables say when somebody asks, and never stored.
  public boolean isLookup() {
    return derive != null && derive.isLookup();
  }

  /// The same column with another expression.
  public ColumnSpec withDerive(Expression other) {
    return new ColumnSpec(
        id,
        name,
        apiName,
        type,
        role,
        description,
        deprecated,
        unit,
        other,
        annotations,
        privacy,
        aliases,
        enriched,
        discovery);
  }

  /// Whether a join of the config fills it.
  public boolean isJoined() {
    return Join.OfTable.FILLER.equals(enriched) || isJoinedWithEvents();
  }

  /// Whether it says what events of another collection said last.
  public boolean isJoinedWithEvents() {
    return Join.OfEvents.FILLER.equals(enriched);
  }

  /// Whether the partition fills it when it takes a row in, because the value depends on the rows
  /// before: decoders and logs have null there. What is derived from such columns is found by
  /// {@link AppendedColumns}.
  public boolean isAppended() {
    return Lifetime.FILLER.equals(enriched)
        || Anomaly.FILLER.equals(enriched)
        || isJoinedWithEvents();
  }

  public ColumnSpec withId(int newId) {
    return new ColumnSpec(
        newId,
        name,
        apiName,
        type,
        role,
        description,
        deprecated,
        unit,
        derive,
        annotations,
        privacy,
        aliases,
        enriched,
        discovery);
  }
}
