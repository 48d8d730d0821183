package io.tyto.graphqlschema;

import io.tyto.model.port.CohortService;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.ViewService;

/// What stands behind the fields of an API. Immutable.
public record GraphQlServices(
    QueryService queries,
    DeadLetterService letters,
    CohortService cohorts,
    EntityService entities,
    LiveService live,
    ViewService views,
    LimitService limits) {

  /// Answers questions and has nothing else.
  public static GraphQlServices of(QueryService queries) {
    return new GraphQlServices(
        queries,
        DeadLetterService.NONE,
        CohortService.NONE,
        EntityService.NONE,
        LiveService.NONE,
        ViewService.NONE,
        LimitService.NONE);
  }

  public GraphQlServices withLetters(DeadLetterService other) {
    return new GraphQlServices(queries, other, cohorts, entities, live, views, limits);
  }

  public GraphQlServices withCohorts(CohortService other) {
    return new GraphQlServices(queries, letters, other, entities, live, views, limits);
  }

  public GraphQlServices withEntities(EntityService other) {
    return new GraphQlServices(queries, letters, cohorts, other, live, views, limits);
  }

  public GraphQlServices withLive(LiveService other) {
    return new GraphQlServices(queries, letters, cohorts, entities, other, views, limits);
  }

  public GraphQlServices withViews(ViewService other) {
    return new GraphQlServices(queries, letters, cohorts, entities, live, other, limits);
  }

  public GraphQlServices withLimits(LimitService other) {
    return new GraphQlServices(queries, letters, cohorts, entities, live, views, other);
  }
}
