package io.tyto.graphqlschema;

import io.tyto.model.port.AuditLog;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.CohortService;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.SavedService;
import io.tyto.model.port.ViewService;
import io.tyto.model.schema.TableSchema;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What stands behind the fields of an API. Immutable.
///
/// @param ingest takes events; null: the API takes none
/// @param takesEvents of which collections it does
/// @param keys null: the API shows none
/// @param audit told of what is changed
public record GraphQlServices(
    QueryService queries,
    DeadLetterService letters,
    CohortService cohorts,
    EntityService entities,
    LiveService live,
    ViewService views,
    SavedService saved,
    LimitService limits,
    @Nullable IngestService ingest,
    Predicate<TableSchema> takesEvents,
    @Nullable CallerKeys keys,
    AuditLog audit) {

  /// Answers questions and has nothing else.
  public static GraphQlServices of(QueryService queries) {
    return new GraphQlServices(
        queries,
        DeadLetterService.NONE,
        CohortService.NONE,
        EntityService.NONE,
        LiveService.NONE,
        ViewService.NONE,
        SavedService.NONE,
        LimitService.NONE,
        null,
        _ -> false,
        null,
        AuditLog.NONE);
  }

  public GraphQlServices withLetters(DeadLetterService other) {
    return new GraphQlServices(
        queries,
        other,
        cohorts,
        entities,
        live,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  public GraphQlServices withCohorts(CohortService other) {
    return new GraphQlServices(
        queries,
        letters,
        other,
        entities,
        live,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  public GraphQlServices withEntities(EntityService other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        other,
        live,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  public GraphQlServices withLive(LiveService other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        other,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  public GraphQlServices withViews(ViewService other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        live,
        other,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  public GraphQlServices withSaved(SavedService other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        live,
        views,
        other,
        limits,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  /// @param takes whose events the callers may send
  public GraphQlServices withIngest(IngestService other, Predicate<TableSchema> takes) {
    return new GraphQlServices(
        queries, letters, cohorts, entities, live, views, saved, limits, other, takes, keys, audit);
  }

  public GraphQlServices withLimits(LimitService other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        live,
        views,
        saved,
        other,
        ingest,
        takesEvents,
        keys,
        audit);
  }

  /// @param other null: the callers may not see keys
  public GraphQlServices withKeys(@Nullable CallerKeys other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        live,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        other,
        audit);
  }

  public GraphQlServices withAudit(AuditLog other) {
    return new GraphQlServices(
        queries,
        letters,
        cohorts,
        entities,
        live,
        views,
        saved,
        limits,
        ingest,
        takesEvents,
        keys,
        other);
  }
}
