package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.RunningQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CohortResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.FunnelResult;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.ColumnSpec;
import java.util.List;

/// Answers queries, each to the caller of its context: what the caller may not is FORBIDDEN, and
/// rows that are not the caller's are not there. Calls block; errors are {@link
/// io.tyto.model.error.TytoException}. Thread-safe.
public interface QueryService {
  AggregateResult aggregate(AggregateQuery query, QueryContext context);

  RecordsResult records(RecordsQuery query, QueryContext context);

  /// The same rows without pages: up to `limit` of them, of one snapshot, for readers of any length
  /// and speed. By event time alone memory stays level; any other order holds the place of every
  /// row. The deadline goes for the whole stream. The query has no cursor, is not backward and
  /// wants no total.
  RecordStream stream(RecordsQuery query, QueryContext context);

  List<CountedValue> values(ValuesQuery query, QueryContext context);

  /// BAD_USER_INPUT where the steps' collections do not share an entity.
  FunnelResult funnel(FunnelQuery query, QueryContext context);

  /// The same; RANGE_TOO_WIDE where the grid has too many cells.
  RetentionResult retention(RetentionQuery query, QueryContext context);

  SessionsResult sessions(SessionsQuery query, QueryContext context);

  CohortResult cohort(Cohort cohort, QueryContext context);

  /// What a hashed or tokenized column stores of a value: what a filter compares with. Any other
  /// column stores the value itself.
  default Object stored(ColumnSpec column, Object value) {
    return value;
  }

  /// UNKNOWN_COLLECTION where there is none. For callers who see some rows only, of these: what is
  /// not known of them without reading is left out.
  CollectionInfo info(String collection, QueryContext context);

  /// What runs now and the caller may cancel, the oldest first: their own, or all of an operator.
  default List<RunningQuery> running(Caller caller) {
    return List.of();
  }

  /// Ends what runs under this id of a query, or of a request of the caller's; false where there is
  /// none that the caller may cancel. It is about to end when this returns.
  default boolean cancel(String id, Caller caller) {
    return false;
  }
}
