package io.tyto.perf.bench;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
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
import io.tyto.model.result.ResultColumn;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A question as the engine gets it: what the API makes of a GraphQL field.
sealed interface Ask {

  /// The columns of the answer.
  List<ResultColumn> answer(QueryService queries, QueryContext context);

  record Groups(AggregateQuery query) implements Ask {
    @Override
    public List<ResultColumn> answer(QueryService queries, QueryContext context) {
      AggregateResult result = queries.aggregate(query, context);
      List<ResultColumn> columns = new ArrayList<>(result.keys());
      columns.addAll(result.measures());
      columns.addAll(result.previous());
      return columns;
    }
  }

  record Records(RecordsQuery query) implements Ask {
    @Override
    public List<ResultColumn> answer(QueryService queries, QueryContext context) {
      return queries.records(query, context).columns();
    }
  }

  /// Compiles a field of the collection by asking it of a service that only listens.
  static Ask compile(TableSchema collection, String root, String field) {
    Listener listener = new Listener();
    GraphQlApi api =
        GraphQlApi.build(List.of(collection), listener, Clock.systemUTC(), GraphQlOptions.DEFAULT);
    var result =
        api.execute(
            GraphQlRequest.of("{ " + root + " { " + field + " } }"),
            new QueryContext("compile", java.time.Duration.ofMinutes(1), 1 << 20));
    if (listener.heard == null) {
      throw new IllegalArgumentException(field + ": " + result.getErrors());
    }
    return listener.heard;
  }

  /// Answers nothing.
  final class Listener implements QueryService {
    private @Nullable Ask heard;

    @Override
    public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
      heard = new Groups(query);
      throw enough();
    }

    @Override
    public RecordsResult records(RecordsQuery query, QueryContext context) {
      heard = new Records(query);
      throw enough();
    }

    @Override
    public RecordStream stream(RecordsQuery query, QueryContext context) {
      throw enough();
    }

    @Override
    public List<CountedValue> values(ValuesQuery query, QueryContext context) {
      throw enough();
    }

    @Override
    public FunnelResult funnel(FunnelQuery query, QueryContext context) {
      throw enough();
    }

    @Override
    public RetentionResult retention(RetentionQuery query, QueryContext context) {
      throw enough();
    }

    @Override
    public SessionsResult sessions(SessionsQuery query, QueryContext context) {
      throw enough();
    }

    @Override
    public CohortResult cohort(Cohort cohort, QueryContext context) {
      throw enough();
    }

    @Override
    public CollectionInfo info(String collection, QueryContext context) {
      throw enough();
    }

    private static TytoException enough() {
      return new TytoException(ErrorCode.CANCELLED, "the question was only to be compiled");
    }
  }
}
