package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.model.access.LimitClass;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.LimitService.Use;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import org.jspecify.annotations.Nullable;

/// The field `rateLimit`: what the operation cost, and what its caller may still use.
final class RateLimitPanel implements Panel {
  private final LimitService limits;
  private final ObjectShape<Told> shape;
  private final boolean isDryRun;

  /// @param cost of the operation
  private record Told(Use use, double cost) {}

  private RateLimitPanel(LimitService limits, ObjectShape<Told> shape, boolean isDryRun) {
    this.limits = limits;
    this.shape = shape;
    this.isDryRun = isDryRun;
  }

  static Panel compile(ExecutableNormalizedField field, LimitService limits) {
    return new RateLimitPanel(
        limits,
        ObjectShape.of(field, RateLimitPanel::member),
        Scope.arguments(field).flag("dryRun"));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    double cost = isDryRun ? context.estimated() : context.cost();
    return new Answer(shape.read(new Told(limits.use(context.caller()), cost)), null);
  }

  @Override
  public boolean isLast() {
    return true;
  }

  @Override
  public boolean isDryRun() {
    return isDryRun;
  }

  private static Cell<Told> member(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "cost" -> Cell.of(Told::cost);
      case "limit" -> Cell.of(of -> finite(limits(of).burst()));
      case "remaining" -> Cell.of(of -> finite(of.use().remaining()));
      case "usedToday" -> Cell.of(of -> of.use().usedToday());
      case "limitPerDay" -> Cell.of(of -> finite(limits(of).costPerDay()));
      case "limitPerQuery" -> Cell.of(of -> finite(limits(of).costPerQuery()));
      case "restorePerSecond" -> Cell.of(of -> finite(limits(of).costPerSecond()));
      case "secondsToFull" -> Cell.of(of -> finite(of.use().secondsToFull()));
      case "concurrent" -> Cell.of(of -> of.use().running());
      case "maxConcurrent" -> Cell.of(of -> finite(limits(of).concurrentQueries()));
      default -> throw Shapes.unknown(member);
    };
  }

  private static LimitClass limits(Told of) {
    return of.use().limits();
  }

  private static @Nullable Double finite(double number) {
    return Double.isInfinite(number) ? null : number;
  }

  private static @Nullable Integer finite(int number) {
    return number == Integer.MAX_VALUE ? null : number;
  }
}
