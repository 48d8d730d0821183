package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.input.AggregateInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.SnapshotChoice;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What `aggregate` and `table` share: one input type, read once, and the engine's query made of
/// it.
record Question(Scope scope, InputObject arguments, AggregateInput input, Cursors cursors) {

  static Question read(InputObject arguments, Scope scope) {
    InputObject input = arguments.object("input", scope.collection().typeName() + "AggregateInput");
    Cursors cursors = Cursors.of(arguments, input, scope.now(), "after");
    return new Question(
        scope,
        arguments,
        AggregateInput.read(arguments, scope.collection(), scope.ranges(cursors), scope.limits()),
        cursors);
  }

  QueryBounds bounds() {
    return input.options().bounds();
  }

  double sampleRate() {
    return input.options().sampleRate();
  }

  private @Nullable Filter where() {
    return scope.where(input.where(), sampleRate());
  }

  /// @param keepsSnapshot whether the caller is told what a later `asOf` can name
  AggregateQuery query(
      MeasureSet measures,
      AggregateQuery.Wants wants,
      boolean keepsSnapshot,
      int limit,
      int offset) {
    requireFew(measures);
    requireLinearFits(measures);
    return new AggregateQuery(
        scope.collection().name(),
        input.range(),
        where(),
        input.grouping().groupKeys(),
        measures.list(),
        input.having(),
        input.orderBy(),
        input.limitPer(),
        input.top(),
        input.others(),
        input.comparison() == null ? null : input.comparison().interval(),
        input.comparison() == null ? null : input.comparison().shift(),
        wants,
        limit,
        offset,
        cursors.inner(arguments, "after"),
        identity(),
        new SnapshotChoice(input.options().asOf(), keepsSnapshot));
  }

  String identity() {
    return scope.identity(input.identity());
  }

  /// A query made of this question, as it is at another instant.
  AggregateQuery at(AggregateQuery query, Instant now) {
    Scope later = new Scope(scope.collection(), now, scope.limits());
    Question question = read(arguments, later);
    AggregateInput read = question.input();
    return query
        .withTimes(
            read.range(),
            read.comparison() == null ? null : read.comparison().interval(),
            read.comparison() == null ? null : read.comparison().shift())
        // Cohorts in it have ranges of their own.
        .withWhere(question.where());
  }

  private void requireFew(MeasureSet measures) {
    int max = scope.limits().maxMeasures();
    if (measures.size() > max) {
      throw arguments.error(
          ErrorCode.LIMIT_TOO_LARGE,
          "input",
          "%d different measures, at most %d".formatted(measures.size(), max));
    }
  }

  private void requireLinearFits(MeasureSet measures) {
    boolean isLinear =
        input.grouping().groupKeys().stream()
            .anyMatch(key ->
                key instanceof GroupKey.TimeBucket bucket
                    && bucket.fill() == GroupKey.GapFill.LINEAR);
    if (isLinear && measures.firstNotFloat() != null) {
      String coordinate = scope.collection().typeName() + "TimeBucket.fill";
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          coordinate
              + ": LINEAR is for measures of type Float, such as avg; found "
              + measures.firstNotFloat(),
          coordinate,
          null);
    }
  }
}
