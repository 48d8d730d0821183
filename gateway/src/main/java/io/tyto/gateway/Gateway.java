package io.tyto.gateway;

import io.tyto.gateway.access.AuditedAuthenticator;
import io.tyto.gateway.access.GuardedKeys;
import io.tyto.gateway.access.KeysEndpoint;
import io.tyto.gateway.document.DocumentOptions;
import io.tyto.gateway.document.Documents;
import io.tyto.gateway.document.TrustedDocuments;
import io.tyto.gateway.export.ExportEndpoint;
import io.tyto.gateway.http.Cors;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.limits.LimitedLive;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.gateway.openapi.OpenApiEndpoint;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A running HTTP server over the ports. Thread-safe.
///
/// Lifetime: serves from {@link #start} to {@link #close}, which refuses new requests and waits for
/// the answers under way.
public final class Gateway implements AutoCloseable {
  private static final int STOP_SECONDS = 10;

  private final Vertx vertx;
  private final Listeners listeners;
  private final ExportEndpoint exports;
  private final Observatory observatory;

  private Gateway(
      Vertx vertx, Listeners listeners, ExportEndpoint exports, Observatory observatory) {
    this.exports = exports;
    this.vertx = vertx;
    this.listeners = listeners;
    this.observatory = observatory;
  }

  /// Builds the schema, binds and serves. BAD_USER_INPUT where the address cannot be bound.
  public static Gateway start(
      GatewayOptions options,
      QueryService queries,
      IngestService ingest,
      AdminService admin,
      Clock clock) {
    return start(
        options,
        queries,
        DeadLetterService.NONE,
        EntityService.NONE,
        LiveService.NONE,
        ingest,
        admin,
        Guards.open(clock),
        clock);
  }

  /// The same with dead letters, what is kept of entities, subscriptions, and who may come and how
  /// much they may ask.
  public static Gateway start(
      GatewayOptions options,
      QueryService queries,
      DeadLetterService letters,
      EntityService entities,
      LiveService live,
      IngestService ingest,
      AdminService admin,
      Guards guards,
      Clock clock) {
    return start(
        options,
        queries,
        letters,
        entities,
        live,
        ingest,
        admin,
        guards,
        new Observatory(ObserveOptions.DEFAULT, clock),
        clock);
  }

  /// The same watched from an observatory, which is closed with the gateway.
  public static Gateway start(
      GatewayOptions options,
      QueryService queries,
      DeadLetterService letters,
      EntityService entities,
      LiveService live,
      IngestService ingest,
      AdminService admin,
      Guards guards,
      Observatory observatory,
      Clock clock) {
    CallerKeys keys = new GuardedKeys(admin, guards, observatory.audit());
    GraphQlServices services =
        GraphQlServices.of(observatory.queries(queries))
            .withLimits(guards.gate())
            .withLetters(letters)
            .withEntities(entities)
            .withLive(new LimitedLive(live, guards.gate()))
            .withKeys(keys)
            .withAudit(observatory.audit());
    LiveSchema schema =
        new LiveSchema(admin, services, ingest, observatory.meters(), clock, options.graphQl());
    schema.of(Caller.OPEN);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    Callers callers =
        new Callers(
            new ObservedAuthenticator(
                new AuditedAuthenticator(guards.authenticator(), observatory.audit(), clock),
                observatory.meters()));
    List<Route> routes = new ArrayList<>();
    DocumentOptions kept = options.http().documents();
    TrustedDocuments trusted = new TrustedDocuments(kept.folder(), kept.registered());
    Documents documents = new Documents(kept.policy(), trusted);
    GraphQlEndpoint graphQl =
        new GraphQlEndpoint(schema, callers, guards, documents, observatory, options);
    ExportEndpoint exports =
        new ExportEndpoint(
            graphQl,
            observatory,
            options.exports(),
            options.queryBytes(),
            options.http(),
            Duration.ofMillis(Callers.RECHECK_MILLIS));
    routes.addAll(graphQl.routes());
    routes.addAll(new DocumentsEndpoint(trusted, options).routes());
    routes.addAll(exports.routes());
    routes.addAll(new IngestEndpoint(observatory.ingest(ingest), options).routes());
    routes.addAll(new OperatorEndpoint(ingest, admin, observatory, options).routes());
    routes.addAll(new KeysEndpoint(keys, options.http()).routes());
    routes.addAll(new SchemaEndpoint(admin).routes());
    routes.addAll(new RegistryEndpoint(admin, options).routes());
    routes.addAll(new Pages().routes());
    routes.addAll(observatory.routes(admin, queries));
    Cors cors = new Cors(options.http().corsOrigins());
    boolean isOpen = guards.authenticator().equals(Authenticator.OPEN);
    try {
      Listeners listeners =
          new Listeners(
              vertx,
              options,
              isOpen,
              door -> {
                List<Route> here = new ArrayList<>(routes);
                here.addAll(new OpenApiEndpoint(graphQl, door.isForOperators(), isOpen).routes());
                return observatory
                    .requests()
                    .before(new Router(callers, door, cors, here, observatory.audit()));
              });
      return new Gateway(vertx, listeners, exports, observatory);
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /// Where callers ask; -1 where none do.
  public int port() {
    return listeners.port();
  }

  /// Where operators ask.
  public int adminPort() {
    return listeners.adminPort();
  }

  /// Where the commands of this machine ask, at 127.0.0.1 and in clear text.
  public int commandPort() {
    return listeners.commandPort();
  }

  @Override
  public void close() {
    observatory.drain(Duration.ofSeconds(STOP_SECONDS));
    exports.close();
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      System.getLogger(Gateway.class.getName())
          .log(System.Logger.Level.WARNING, "the HTTP server did not stop in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    observatory.close();
  }
}
