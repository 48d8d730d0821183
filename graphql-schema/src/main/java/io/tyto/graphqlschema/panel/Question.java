package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.input.AggregateInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What `aggregate` and `table` share: one input type, read once, and the engine's query made of
/// it.
///
/// @param timeout of the panel itself; null: the operation's
record Question(
    Scope scope,
    InputObject arguments,
    AggregateInput input,
    Cursors cursors,
    @Nullable Duration timeout) {

  static Question read(InputObject arguments, Scope scope) {
    InputObject input = arguments.object("input", scope.collection().typeName() + "AggregateInput");
    Cursors cursors = Cursors.of(arguments, input, scope.now(), "after");
    return new Question(
        scope,
        arguments,
        AggregateInput.read(arguments, scope.collection(), scope.ranges(cursors), scope.limits()),
        cursors,
        Scope.timeout(input));
  }

  AggregateQuery query(MeasureSet measures, AggregateQuery.Wants wants, int limit, int offset) {
    requireFew(measures);
    requireLinearFits(measures);
    return new AggregateQuery(
        scope.collection().name(),
        input.range(),
        scope.where(input.where()),
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
        identity());
  }

  String identity() {
    return scope.identity(input.identity());
  }

  /// A query made of this question, as it is at another instant.
  AggregateQuery at(AggregateQuery query, Instant now) {
    Scope later = new Scope(scope.collection(), now, scope.limits());
    AggregateInput read = read(arguments, later).input();
    return query
        .withTimes(
            read.range(),
            read.comparison() == null ? null : read.comparison().interval(),
            read.comparison() == null ? null : read.comparison().shift())
        // Cohorts in it have ranges of their own.
        .withWhere(read.where());
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
