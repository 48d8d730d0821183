package io.tyto.gateway.observe;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryTrace;
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
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.ColumnSpec;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The engine in sight: counts and times each question on its way there, and lists what runs.
/// Thread-safe.
final class ObservedQueries implements QueryService {
  private static final String OK = "ok";

  private final QueryService engine;
  private final Meters meters;
  private final RunningQueries running;
  private final AtomicInteger underWay;

  /// @param underWay counts questions that are not answered yet, streams that are read included
  ObservedQueries(
      QueryService engine, Meters meters, RunningQueries running, AtomicInteger underWay) {
    this.underWay = underWay;
    this.engine = engine;
    this.meters = meters;
    this.running = running;
  }

  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    return observed(
        "aggregate",
        Stream.of(query.collection()),
        context,
        () -> engine.aggregate(query, context),
        AggregateResult::meta);
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    return observed(
        "records",
        Stream.of(query.collection()),
        context,
        () -> engine.records(query, context),
        RecordsResult::meta);
  }

  @Override
  public RecordStream stream(RecordsQuery query, QueryContext context) {
    Begun begun = begin("stream", Stream.of(query.collection()), context, false);
    try {
      return new Observed(engine.stream(query, context), begun);
    } catch (RuntimeException e) {
      begun.failed(e);
      throw e;
    }
  }

  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    return observed(
        "values",
        Stream.of(query.collection()),
        context,
        () -> engine.values(query, context),
        _ -> null);
  }

  @Override
  public FunnelResult funnel(FunnelQuery query, QueryContext context) {
    return observed(
        "funnel",
        query.steps().stream().map(EventFilter::collection),
        context,
        () -> engine.funnel(query, context),
        FunnelResult::meta);
  }

  @Override
  public RetentionResult retention(RetentionQuery query, QueryContext context) {
    return observed(
        "retention",
        Stream.of(query.first(), query.returning()).map(EventFilter::collection),
        context,
        () -> engine.retention(query, context),
        RetentionResult::meta);
  }

  @Override
  public SessionsResult sessions(SessionsQuery query, QueryContext context) {
    return observed(
        "sessions",
        query.events().stream().map(EventFilter::collection),
        context,
        () -> engine.sessions(query, context),
        SessionsResult::meta);
  }

  @Override
  public CohortResult cohort(Cohort cohort, QueryContext context) {
    return observed(
        "cohort",
        cohort.leaves().stream().map(leaf -> leaf.event().collection()),
        context,
        () -> engine.cohort(cohort, context),
        CohortResult::meta);
  }

  @Override
  public Object stored(ColumnSpec column, Object value) {
    return engine.stored(column, value);
  }

  @Override
  public CollectionInfo info(String collection, QueryContext context) {
    return observed(
        "info", Stream.of(collection), context, () -> engine.info(collection, context), _ -> null);
  }

  @Override
  public List<RunningQuery> running(Caller caller) {
    return running.running(caller);
  }

  @Override
  public boolean cancel(String id, Caller caller) {
    return running.cancel(id, caller);
  }

  private <T> T observed(
      String kind,
      Stream<String> collections,
      QueryContext context,
      Supplier<T> question,
      Function<T, @Nullable QueryMeta> meta) {
    Begun begun = begin(kind, collections, context, true);
    T answer;
    try {
      answer = question.get();
    } catch (RuntimeException e) {
      begun.failed(e);
      throw e;
    }
    begun.answered(meta.apply(answer));
    return answer;
  }

  /// @param isHere whether it ends on this thread
  private Begun begin(
      String kind, Stream<String> collections, QueryContext context, boolean isHere) {
    List<String> names = collections.distinct().toList();
    names.forEach(name -> running.asks(context, name));
    underWay.incrementAndGet();
    String first = names.isEmpty() ? "" : names.getFirst();
    return new Begun(
        kind,
        first,
        context,
        isHere ? context.trace().begin(kind, first) : QueryTrace.Part.NOTHING);
  }

  /// A question under way.
  private final class Begun {
    private final String kind;
    private final String collection;
    private final QueryContext context;
    private final long startedNanos = System.nanoTime();
    private final QueryTrace.Part part;

    Begun(String kind, String collection, QueryContext context, QueryTrace.Part part) {
      this.kind = kind;
      this.collection = collection;
      this.context = context;
      this.part = part;
    }

    void answered(@Nullable QueryMeta meta) {
      underWay.decrementAndGet();
      long nanos = System.nanoTime() - startedNanos;
      meters.time(Meter.QUERY, nanos, lane(), OK);
      QueryMeta.Cache cache = meta == null ? QueryMeta.Cache.BYPASS : meta.cache();
      String served = meta == null ? "other" : served(meta);
      meters.count(Meter.QUERY_ANSWERS, 1, kind, served, cache.name().toLowerCase(Locale.ROOT));
      if (meta != null && cache != QueryMeta.Cache.HIT) {
        meters.count(Meter.QUERY_ROWS, meta.rowsScanned(), collection);
        meters.count(Meter.QUERY_BYTES, meta.bytesScanned(), collection);
      }
      if (context.trace() instanceof Sight sight) {
        sight.answered(kind, collection, meta, nanos);
      }
      part.end(
          meta == null ? 0 : meta.rowsScanned(),
          meta == null ? 0 : meta.bytesScanned(),
          meta == null ? 0 : meta.segmentsScanned());
    }

    void failed(RuntimeException failure) {
      underWay.decrementAndGet();
      ErrorCode code = failure instanceof TytoException known ? known.code() : ErrorCode.INTERNAL;
      meters.time(Meter.QUERY, System.nanoTime() - startedNanos, lane(), outcome(code));
      part.end(0, 0, 0);
    }

    private String lane() {
      String lane = running.laneOf(context);
      return lane.isEmpty() ? "none" : lane;
    }
  }

  private static String outcome(ErrorCode code) {
    return switch (code) {
      case CANCELLED -> "cancelled";
      case QUERY_TIMEOUT -> "timeout";
      default ->
          switch (code.type()) {
            case USER -> "refused";
            case RESOURCES -> "limited";
            case EXTERNAL, INTERNAL -> "failed";
          };
    };
  }

  /// What it was read from, without names.
  private static String served(QueryMeta meta) {
    String by = meta.servedBy();
    int colon = by.indexOf(':');
    String source = colon < 0 ? by : by.substring(0, colon);
    return colon >= 0 && by.endsWith("+segments") ? source + "+segments" : source;
  }

  /// Rows that are read part by part; counted when they end.
  private static final class Observed implements RecordStream {
    private final RecordStream rows;
    private final Begun begun;
    private boolean isTold;

    Observed(RecordStream rows, Begun begun) {
      this.rows = rows;
      this.begun = begun;
    }

    @Override
    public @Nullable RecordRows next() {
      try {
        return rows.next();
      } catch (RuntimeException e) {
        if (!isTold) {
          isTold = true;
          begun.failed(e);
        }
        throw e;
      }
    }

    @Override
    public QueryMeta meta() {
      return rows.meta();
    }

    /// Rows and memory are given back whatever telling of them comes to.
    @Override
    public void close() {
      try (rows) {
        if (!isTold) {
          isTold = true;
          tell();
        }
      }
    }

    /// How an answer came about can be asked no more where its question was cancelled, or is late.
    private void tell() {
      QueryMeta meta;
      try {
        meta = rows.meta();
      } catch (RuntimeException e) {
        begun.failed(e);
        return;
      }
      begun.answered(meta);
    }
  }
}
