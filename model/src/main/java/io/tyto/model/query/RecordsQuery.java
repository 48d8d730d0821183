package io.tyto.model.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Raw rows, ordered; ties are broken by the record's identity.
///
/// @param columns config or system names of the columns to return
/// @param snapshot what is read where there is no cursor
/// @param limit page size; `backward` reads the last ones before `before`
public record RecordsQuery(
    String collection,
    TimeInterval range,
    @Nullable Filter where,
    List<Order> orderBy,
    List<String> columns,
    int limit,
    int offset,
    boolean backward,
    @Nullable String after,
    @Nullable String before,
    boolean wantsTotal,
    String identity,
    SnapshotChoice snapshot) {

  /// Of the newest snapshot.
  public RecordsQuery(
      String collection,
      TimeInterval range,
      @Nullable Filter where,
      List<Order> orderBy,
      List<String> columns,
      int limit,
      int offset,
      boolean backward,
      @Nullable String after,
      @Nullable String before,
      boolean wantsTotal,
      String identity) {
    this(
        collection,
        range,
        where,
        orderBy,
        columns,
        limit,
        offset,
        backward,
        after,
        before,
        wantsTotal,
        identity,
        SnapshotChoice.NEWEST);
  }

  /// The same question with another filter.
  public RecordsQuery withWhere(@Nullable Filter other) {
    return new RecordsQuery(
        collection,
        range,
        other,
        orderBy,
        columns,
        limit,
        offset,
        backward,
        after,
        before,
        wantsTotal,
        identity,
        snapshot);
  }

  public record Order(String column, AggregateQuery.Direction direction) {}
}
