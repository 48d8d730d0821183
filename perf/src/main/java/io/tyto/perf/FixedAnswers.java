package io.tyto.perf;

import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.RetentionQuery;
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
import java.util.List;
import java.util.function.Function;

/// Stands for an engine that takes no time: what lies above it can be timed alone. Only aggregates
/// are answered.
record FixedAnswers(Function<AggregateQuery, AggregateResult> answers) implements QueryService {
  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    return answers.apply(query);
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RecordStream stream(RecordsQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FunnelResult funnel(FunnelQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RetentionResult retention(RetentionQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SessionsResult sessions(SessionsQuery query, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CohortResult cohort(Cohort cohort, QueryContext context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CollectionInfo info(String collection, QueryContext context) {
    throw new UnsupportedOperationException();
  }
}
