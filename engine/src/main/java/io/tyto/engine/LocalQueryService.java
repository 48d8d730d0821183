package io.tyto.engine;

import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.RecordsResult;
import java.util.List;

/// Answers queries over the snapshots of one process.
///
/// *Thread-safety*: safe; calls block their caller while the shared workers scan.
/// *Lifetime*: {@link #close} stops the workers and lets go of every snapshot that a cursor pins; close
/// it before the provider.
public final class LocalQueryService implements QueryService, AutoCloseable {
  public LocalQueryService(SnapshotProvider snapshots, EngineOptions options) {}

  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    throw new TytoException(ErrorCode.INTERNAL, "aggregate is not built yet");
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    throw new TytoException(ErrorCode.INTERNAL, "records is not built yet");
  }

  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    throw new TytoException(ErrorCode.INTERNAL, "values is not built yet");
  }

  @Override
  public CollectionInfo info(String collection) {
    throw new TytoException(ErrorCode.INTERNAL, "info is not built yet");
  }

  @Override
  public void close() {}
}
