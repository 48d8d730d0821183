package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.MissingRows;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compiles the small types that several panels share.
final class Shapes {

  private Shapes() {}

  /// A field that the schema has and the code does not.
  static IllegalStateException unknown(ExecutableNormalizedField field) {
    return new IllegalStateException(
        "nothing answers " + field.getSingleObjectTypeName() + "." + field.getName());
  }

  static @Nullable String time(@Nullable Instant instant) {
    return instant == null ? null : Formats.time(instant);
  }

  /// Whether a selected `meta` names the snapshot, so that a later question can ask for it.
  static boolean hasSnapshot(ExecutableNormalizedField meta) {
    return meta.getChildren().stream().anyMatch(member -> member.getName().equals("snapshot"));
  }

  static ObjectShape<QueryMeta> meta(ExecutableNormalizedField meta) {
    return meta(meta, 1);
  }

  static ObjectShape<QueryMeta> meta(ExecutableNormalizedField meta, double sampleRate) {
    return ObjectShape.of(
        meta,
        field ->
            switch (field.getName()) {
              case "queryId" -> Cell.of(QueryMeta::queryId);
              case "servedBy" -> Cell.of(QueryMeta::servedBy);
              case "cache" -> Cell.of(of -> of.cache().name());
              case "cost" -> Cell.of(QueryMeta::cost);
              case "elapsedMs" -> Cell.of(QueryMeta::elapsedMillis);
              case "rowsScanned" -> Cell.of(of -> Formats.longNumber(of.rowsScanned()));
              case "bytesScanned" -> Cell.of(of -> Formats.longNumber(of.bytesScanned()));
              case "segmentsScanned" -> Cell.of(QueryMeta::segmentsScanned);
              case "segmentsPruned" -> Cell.of(QueryMeta::segmentsPruned);
              case "watermark" -> Cell.of(of -> time(of.watermark()));
              case "snapshot" -> Cell.of(QueryMeta::snapshot);
              case "partial" -> Cell.of(of -> !of.missing().isEmpty());
              case "missing" -> {
                ObjectShape<MissingRows> rows = missing(field);
                yield Cell.of(of -> rows.readEach(of.missing()));
              }
              case "sampleRate" -> Cell.of(_ -> sampleRate);
              case "truncated" -> Cell.of(QueryMeta::truncated);
              case "approximate" -> Cell.of(QueryMeta::approximate);
              case "warnings" -> {
                ObjectShape<QueryMeta.Warning> warning = warning(field);
                yield Cell.of(of -> warning.readEach(of.warnings()));
              }
              default -> throw unknown(field);
            });
  }

  static ObjectShape<QueryPlan> explain(ExecutableNormalizedField explain) {
    return ObjectShape.of(
        explain,
        field ->
            switch (field.getName()) {
              case "plan" -> Cell.of(plan -> plan.parts().stream().map(Shapes::part).toList());
              case "estimatedRows" ->
                  Cell.of(plan ->
                      Formats.longNumber(
                          plan.parts().stream().mapToLong(QueryPlan.Part::rows).sum()));
              case "estimatedCost" -> Cell.of(QueryPlan::cost);
              case "cube" -> Cell.of(QueryPlan::cube);
              case "cubesRejected" -> {
                ObjectShape<QueryMeta.Warning> warning = warning(field);
                yield Cell.of(
                    plan -> warning.readEach(plan.rejected().stream().map(Shapes::why).toList()));
              }
              default -> throw unknown(field);
            });
  }

  private static Map<String, Object> part(QueryPlan.Part part) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("read", part.source());
    shown.put("range", part.range());
    shown.put("sources", part.sources());
    shown.put("rows", part.rows());
    return shown;
  }

  private static QueryMeta.Warning why(QueryPlan.Rejection rejection) {
    return new QueryMeta.Warning(
        "CUBE_REJECTED", rejection.cube() + ": " + rejection.reason(), null);
  }

  private static ObjectShape<MissingRows> missing(ExecutableNormalizedField missing) {
    return ObjectShape.of(
        missing,
        field ->
            Cell.of(
                switch (field.getName()) {
                  case "collection" -> MissingRows::collection;
                  case "partition" -> MissingRows::partition;
                  case "reason" -> MissingRows::reason;
                  default -> throw unknown(field);
                }));
  }

  private static ObjectShape<QueryMeta.Warning> warning(ExecutableNormalizedField warning) {
    return ObjectShape.of(
        warning,
        field ->
            Cell.of(
                switch (field.getName()) {
                  case "code" -> QueryMeta.Warning::code;
                  case "message" -> QueryMeta.Warning::message;
                  case "coordinate" -> QueryMeta.Warning::coordinate;
                  default -> throw unknown(field);
                }));
  }

  /// What `PageInfo` tells.
  record Page(boolean hasNext, boolean hasPrevious, @Nullable String start, @Nullable String end) {}

  static ObjectShape<Page> page(ExecutableNormalizedField page) {
    return ObjectShape.of(
        page,
        field ->
            Cell.of(
                switch (field.getName()) {
                  case "hasNextPage" -> Page::hasNext;
                  case "hasPreviousPage" -> Page::hasPrevious;
                  case "startCursor" -> Page::start;
                  case "endCursor" -> Page::end;
                  default -> throw unknown(field);
                }));
  }
}
