package io.tyto.gateway.observe;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.tyto.gateway.http.Route;
import io.tyto.graphqlschema.GraphQlApi.Begun;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.QueryTrace;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where the server is watched from: what runs, numbers, traces, and the log of what is slow. It
/// stands between the gateway and the ports, so that neither knows of it. Thread-safe.
///
/// *Lifetime*: made before the gateway, closed after it.
public final class Observatory implements AutoCloseable {
  private static final long LOOK_EVERY_MILLIS = 10;
  private static final String EXPORT = "export";

  private final Clock clock;
  private final AuditLog audit;
  private final ClusterService cluster;
  private final Meters meters = new Meters();
  private final Traces traces;
  private final RunningQueries running;
  private final Requests requests;

  /// Questions to the engine and requests with events.
  private final AtomicInteger underWay = new AtomicInteger();

  private final SlowLog slowLog;

  /// One that notes nothing of what was asked.
  public Observatory(ObserveOptions options, Clock clock) {
    this(options, Traces.of(options), clock, AuditLog.NONE, ClusterService.NONE);
  }

  /// @param audit told of every operation; closed by others
  public Observatory(ObserveOptions options, Clock clock, AuditLog audit, ClusterService cluster) {
    this(options, Traces.of(options), clock, audit, cluster);
  }

  private Observatory(
      ObserveOptions options, Traces traces, Clock clock, AuditLog audit, ClusterService cluster) {
    this.clock = clock;
    this.audit = audit;
    this.cluster = cluster;
    this.running = new RunningQueries(clock);
    this.traces = traces;
    this.requests = new Requests(meters, traces);
    this.slowLog = new SlowLog(options.slowLog());
    meters.watch(Meter.OPERATIONS_RUNNING, running::size);
    meters.watch(Meter.BUILD, () -> 1, options.version(), Runtime.version().toString());
  }

  public AuditLog audit() {
    return audit;
  }

  public Meters meters() {
    return meters;
  }

  public Requests requests() {
    return requests;
  }

  /// The engine in sight.
  public QueryService queries(QueryService engine) {
    return new ObservedQueries(engine, meters, running, underWay);
  }

  public IngestService ingest(IngestService ingest) {
    return new ObservedIngest(ingest, meters, underWay);
  }

  public QueryGate gate(QueryGate gate) {
    return new ObservedGate(gate, meters, running);
  }

  /// @param engine asked how far its rows reach, out of sight
  public List<Route> routes(AdminService admin, QueryService engine) {
    StatusMeters status = new StatusMeters(admin, engine, cluster, meters, clock);
    meters.watch(Meter.READY, () -> admin.isReady() && !requests.isDraining() ? 1 : 0);
    List<Route> routes = new ArrayList<>(new QueriesEndpoint(running).routes());
    routes.addAll(new ClusterEndpoint(cluster).routes());
    routes.addAll(new MetricsEndpoint(meters, status::refresh).routes());
    return routes;
  }

  /// What is told of an operation that begins; call on the event loop of its request.
  public QueryTrace sight() {
    Requests.Seen seen = Requests.current();
    return seen == null ? new Sight(traces, null, null) : new Sight(traces, seen.id(), seen.span());
  }

  /// Runs a GraphQL operation in sight.
  public Begun operation(GraphQlRequest request, QueryContext context, Supplier<Begun> work) {
    return watched(
        OperationText.what(request),
        request,
        new Noted("query", OperationText.hash(request)),
        context,
        () -> {
          Begun begun = withTrace(work.get(), Sight.of(context.trace(), traces));
          return new Watched<>(
              begun,
              begun instanceof Begun.Answer(ExecutionResult result) ? codes(result) : List.of(),
              begun instanceof Begun.Answer(ExecutionResult result) && !result.isDataPresent());
        });
  }

  /// The answer says under which id its trace is found.
  private static Begun withTrace(Begun begun, Sight sight) {
    String traceId = sight.traceId();
    return traceId != null && begun instanceof Begun.Answer(ExecutionResult result)
        ? new Begun.Answer(result.transform(builder -> builder.addExtension("traceId", traceId)))
        : begun;
  }

  /// The same of an export, which is noted before its first row leaves and when it has ended.
  ///
  /// @param path what is exported, such as `recharge/records`
  /// @param work returns the codes of errors that its reader was told already
  public void export(String path, QueryContext context, Supplier<List<String>> work) {
    Noted noted = new Noted(EXPORT, path);
    note(noted, context, "begun");
    watched(
        "export " + path,
        null,
        noted,
        context,
        () -> {
          List<String> codes = work.get();
          return new Watched<>(path, codes, !codes.isEmpty());
        });
  }

  /// Notes an export that was refused before it began.
  public void refusedExport(String path, QueryContext context, ErrorCode why) {
    note(new Noted(EXPORT, path), context, why.name());
  }

  /// @param codes of the errors that the answer tells
  private record Watched<T>(T answer, List<String> codes, boolean isFailed) {}

  private <T> T watched(
      String what,
      @Nullable GraphQlRequest request,
      Noted end,
      QueryContext context,
      Supplier<Watched<T>> work) {
    Sight sight = Sight.of(context.trace(), traces);
    sight.beginOperation(what, context.queryId());
    LogIds ids = new LogIds(sight.requestId(), sight.traceId(), context.queryId());
    Supplier<String> hash = () -> request == null ? "" : end.target;
    try (RunningQueries.Entry entry = running.enter(context, sight.requestId(), what, hash)) {
      return ids.within(() -> {
        try {
          Watched<T> watched = work.get();
          String outcome = watched.isFailed ? "failed" : watched.codes.isEmpty() ? "ok" : "partial";
          note(end, context, watched.codes.isEmpty() ? "ok" : watched.codes.getFirst());
          ended(entry, request, sight, outcome, watched.codes);
          return watched.answer;
        } catch (RuntimeException e) {
          ErrorCode code = e instanceof TytoException known ? known.code() : ErrorCode.INTERNAL;
          note(end, context, code.name());
          ended(entry, request, sight, "failed", List.of(code.name()));
          throw e;
        }
      });
    }
  }

  /// How the audit log calls an operation.
  private record Noted(String action, String target) {}

  /// Before it is answered: nobody gets an answer that is not noted.
  private void note(Noted end, QueryContext context, String outcome) {
    audit.record(
        new AuditLog.Entry(
            context.caller().id(), end.action, end.target, outcome, figures(context), false));
  }

  private static Map<String, Long> figures(QueryContext context) {
    return Map.of("cost", Math.round(context.cost()), "rows", context.rowsScanned());
  }

  private void ended(
      RunningQueries.Entry entry,
      @Nullable GraphQlRequest request,
      Sight sight,
      String outcome,
      List<String> codes) {
    long nanos = entry.runningNanos();
    QueryContext context = entry.context();
    String code = codes.isEmpty() ? null : codes.getFirst();
    sight.endOperation(context.rowsScanned(), context.cost(), code);
    meters.time(Meter.OPERATION, nanos, outcome);
    meters.count(Meter.QUERY_COST, Math.max(0, context.cost()));
    codes.forEach(each -> meters.count(Meter.REFUSED, 1, each));
    if (slowLog.isSlow(nanos)) {
      meters.count(Meter.OPERATIONS_SLOW, 1);
      boolean isValid = !outcome.equals("failed") || codes.stream().noneMatch(Observatory::isWrong);
      slowLog.log(entry, request, isValid, sight, code == null ? outcome : code);
    }
  }

  /// Whether it is the client's mistake, of which the text may be a part.
  private static boolean isWrong(String code) {
    return Arrays.stream(ErrorCode.values())
        .filter(known -> known.name().equals(code))
        .allMatch(known -> known.type() == ErrorCode.Type.USER);
  }

  private static List<String> codes(ExecutionResult result) {
    List<String> codes = new ArrayList<>();
    for (GraphQLError error : result.getErrors()) {
      Map<String, Object> extensions = error.getExtensions();
      Object code = extensions == null ? null : extensions.get("code");
      codes.add(code == null ? ErrorCode.INTERNAL.name() : code.toString());
    }
    return codes;
  }

  /// Whether the server is about to stop, and turns requests away.
  public boolean isDraining() {
    return requests.isDraining();
  }

  /// Whether an operator had this process hand over what it owns: it answers, but nobody new is to
  /// come.
  public boolean isDrained() {
    return cluster.isDraining();
  }

  /// Turns requests away from now on, and waits until what runs has ended, so long at most. Blocks.
  public void drain(Duration most) {
    requests.drain();
    long deadline = System.nanoTime() + most.toNanos();
    try {
      while (running.size() + underWay.get() + requests.waiting() > 0
          && System.nanoTime() < deadline) {
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    traces.close();
    meters.close();
  }
}
