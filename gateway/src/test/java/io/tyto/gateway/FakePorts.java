package io.tyto.gateway;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
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
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What stands behind the gateway in its tests: one collection `play`, and a record of what came.
final class FakePorts implements QueryService, IngestService, AdminService {
  static final String SLOW_VALUE = "slow";

  final List<String> ingested = new ArrayList<>();
  final CountDownLatch started = new CountDownLatch(1);
  final CountDownLatch cancelled = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);
  volatile long imported;
  volatile boolean isReady = true;
  volatile long catalog = 1;

  /// Answers streams of records.
  volatile Function<QueryContext, RecordStream> streams =
      _ -> {
        throw new IllegalStateException("a secret of the inside");
      };

  volatile String snapshot;

  @Override
  public List<TableSchema> collections() {
    List<ColumnSpec> columns =
        List.of(column(0, "country", ColumnType.STRING), column(1, "score", ColumnType.LONG));
    EventConfig config = EventConfig.of("play", columns).build();
    return List.of(new TableSchema(1, 1, 1, "play", 1, columns, config));
  }

  @Override
  public List<TableSchema> versions(String collection) {
    if (!collection.equals("play")) {
      throw new TytoException(ErrorCode.UNKNOWN_COLLECTION, "no collection " + collection);
    }
    return collections();
  }

  private static ColumnSpec column(int position, String name, ColumnType type) {
    return new ColumnSpec(
        SystemColumns.FIRST_USER_ID + position,
        name,
        ApiNames.field(name),
        type,
        ColumnSpec.Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of());
  }

  /// Fails unless a test says what it is read from.
  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    String read = snapshot;
    if (read != null) {
      return FakeLive.answer(read);
    }
    throw new TytoException(ErrorCode.NUMERIC_OVERFLOW, "the sum of score leaves 64 bits");
  }

  @Override
  public FunnelResult funnel(FunnelQuery query, QueryContext context) {
    throw new IllegalStateException("no collection has an entity");
  }

  @Override
  public RetentionResult retention(RetentionQuery query, QueryContext context) {
    throw new IllegalStateException("no collection has an entity");
  }

  @Override
  public SessionsResult sessions(SessionsQuery query, QueryContext context) {
    throw new IllegalStateException("no collection has an entity");
  }

  @Override
  public CohortResult cohort(Cohort cohort, QueryContext context) {
    throw new IllegalStateException("no collection has an entity");
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    throw new IllegalStateException("a secret of the inside");
  }

  @Override
  public RecordStream stream(RecordsQuery query, QueryContext context) {
    return streams.apply(context);
  }

  /// Answers at once, or waits until it is cancelled or released where the prefix says slow.
  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    QueryGate.Pass pass =
        context.gate().enter(context, new Estimate(Estimate.Lane.SCAN, 1_000_000, 1));
    try {
      if (SLOW_VALUE.equals(query.prefix())) {
        started.countDown();
        while (release.getCount() > 0) {
          if (context.isCancelled()) {
            cancelled.countDown();
            context.check();
          }
          Thread.onSpinWait();
        }
      }
      return List.of(new CountedValue("DE", 3, 0));
    } finally {
      pass.leave(1);
    }
  }

  @Override
  public CollectionInfo info(String collection, QueryContext context) {
    return new CollectionInfo(
        collections().getFirst(), 3, 100, 1, 0, null, null, null, null, List.of(), List.of());
  }

  @Override
  public void requireMay(String collection, Caller caller) {
    versions(collection);
  }

  @Override
  public CompletableFuture<IngestResult> ingest(
      String collection, byte[] body, Caller caller, @Nullable String idempotencyKey) {
    if (!collection.equals("play")) {
      return CompletableFuture.failedFuture(
          new TytoException(ErrorCode.UNKNOWN_COLLECTION, "no collection " + collection));
    }
    String text = new String(body, StandardCharsets.UTF_8);
    synchronized (ingested) {
      ingested.add(text.length() > 100 ? text.length() + " characters" : text);
    }
    return CompletableFuture.completedFuture(
        new IngestResult(1, 2, List.of(new Rejected(3, "score", "BAD_TYPE", "not a long"))));
  }

  @Override
  public FileImportResult importFile(
      FileImport request, InputStream content, ImportProgress progress) {
    try {
      byte[] chunk = new byte[1 << 16];
      for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
        imported += n;
        progress.progress(imported / 10, imported, 5);
      }
      return new FileImportResult(imported, 0, 0, 0, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long catalogVersion() {
    return catalog;
  }

  @Override
  public ApplyResult applyConfigs(List<ConfigFile> files) {
    if (files.getFirst().text().contains("bad")) {
      throw new TytoException(ErrorCode.CONFIG_INVALID, "x.yaml:1: fields: missing");
    }
    return new ApplyResult(
        List.of(files.getFirst().name()), List.of(), List.of(), diffConfigs(files));
  }

  @Override
  public List<ConfigVersion> configHistory(String collection) {
    return List.of(
        new ConfigVersion(1, "collection: " + collection, List.of("new collection"), List.of()));
  }

  @Override
  public ConfigPlan diffConfigs(List<ConfigFile> files) {
    return new ConfigPlan(
        List.of(
            new CollectionPlan(
                files.getFirst().name(),
                1,
                2,
                List.of(new ConfigChange(Verdict.BREAKING, "time: ts becomes at", "no")))));
  }

  @Override
  public Status status() {
    return new Status(
        10,
        20,
        List.of(
            new CollectionStatus(
                "play", 3, 1, 1, 100, 0, 0, 5, null, new Rewriting(2, 0, 1, false), null)),
        List.of(),
        List.of(),
        List.of());
  }

  @Override
  public List<String> acceptFeed(String topic, int partition) {
    return List.of(topic + " " + partition);
  }

  @Override
  public boolean isReady() {
    return isReady;
  }
}
