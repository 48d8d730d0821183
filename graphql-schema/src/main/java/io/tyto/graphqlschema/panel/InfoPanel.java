package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.schema.Privacy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields `info` and `collections`: what is known of collections without a scan.
final class InfoPanel implements Panel {
  private final List<ApiCollection> collections;
  private final ObjectShape<Known> shape;
  private final boolean isList;

  private InfoPanel(List<ApiCollection> collections, ObjectShape<Known> shape, boolean isList) {
    this.collections = collections;
    this.shape = shape;
    this.isList = isList;
  }

  static Panel one(ExecutableNormalizedField field, ApiCollection collection, QueryLimits limits) {
    return new InfoPanel(List.of(collection), compile(field, limits), false);
  }

  static Panel many(
      ExecutableNormalizedField field, List<ApiCollection> collections, QueryLimits limits) {
    return new InfoPanel(collections, compile(field, limits), true);
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    List<Known> all = new ArrayList<>();
    for (ApiCollection collection : collections) {
      try {
        all.add(new Known(collection, queries.info(collection.name(), context)));
      } catch (TytoException e) {
        // One that this caller may not ask takes the others off no list.
        if (!isList || e.code() != ErrorCode.FORBIDDEN) {
          throw e;
        }
      }
    }
    return new Answer(isList ? shape.readEach(all) : shape.read(all.getFirst()), null);
  }

  /// A collection and what the engine knows of it.
  private record Known(ApiCollection collection, CollectionInfo info) {
    List<KnownColumn> columns() {
      Map<String, CollectionInfo.ColumnStats> stats = new HashMap<>();
      info.columns().forEach(column -> stats.put(column.column(), column));
      return collection.columns().stream()
          .map(column -> new KnownColumn(collection, column, stats.get(column.name())))
          .toList();
    }
  }

  /// A column and what the engine knows of it, if anything.
  private record KnownColumn(
      ApiCollection collection, ApiColumn column, CollectionInfo.@Nullable ColumnStats stats) {

    String coordinate() {
      return collection.typeName() + "." + column.field();
    }

    @Nullable Object cardinality() {
      return stats == null || stats.cardinality() == null
          ? null
          : Formats.longNumber(stats.cardinality());
    }

    boolean isCardinalityExact() {
      return stats != null && stats.cardinalityExact();
    }

    @Nullable Double nullFraction() {
      return stats == null ? null : stats.nullFraction();
    }

    @Nullable String min() {
      return stats == null || stats.min() == null ? null : Formats.text(stats.min());
    }

    @Nullable String max() {
      return stats == null || stats.max() == null ? null : Formats.text(stats.max());
    }
  }

  private static ObjectShape<Known> compile(ExecutableNormalizedField field, QueryLimits limits) {
    return ObjectShape.of(field, member -> member(member, limits));
  }

  private static Cell<Known> member(ExecutableNormalizedField member, QueryLimits limits) {
    return switch (member.getName()) {
      case "name" -> Cell.of(of -> of.collection().name());
      case "coordinate" -> Cell.of(of -> of.collection().coordinate());
      case "description" -> Cell.of(of -> of.collection().schema().config().description());
      case "annotations" -> Cell.of(of -> of.collection().schema().config().annotations());
      case "rowCount" -> Cell.of(of -> Formats.longNumber(of.info().rowCount()));
      case "bytes" -> Cell.of(of -> Formats.longNumber(of.info().bytes()));
      case "segments" -> Cell.of(of -> of.info().segments());
      case "deadLetters" -> Cell.of(of -> Formats.longNumber(of.info().deadLetters()));
      case "firstEvent" -> Cell.of(of -> Shapes.time(of.info().firstEvent()));
      case "lastEvent" -> Cell.of(of -> Shapes.time(of.info().lastEvent()));
      case "watermark" -> Cell.of(of -> Shapes.time(of.info().watermark()));
      case "ingestLagMs" ->
          Cell.of(of ->
              of.info().ingestLagMillis() == null
                  ? null
                  : Formats.longNumber(of.info().ingestLagMillis()));
      case "columns" -> {
        ObjectShape<KnownColumn> column = ObjectShape.of(member, InfoPanel::column);
        yield Cell.of(of -> column.readEach(of.columns()));
      }
      case "cubes" -> {
        ObjectShape<CollectionInfo.CubeStats> cube = ObjectShape.of(member, InfoPanel::cube);
        yield Cell.of(of -> cube.readEach(of.info().cubes()));
      }
      case "limits" -> {
        ObjectShape<QueryLimits> shape = ObjectShape.of(member, InfoPanel::limit);
        yield Cell.of(_ -> shape.read(limits));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<CollectionInfo.CubeStats> cube(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "name" -> of -> of.cube().name();
          case "dimensions" -> of -> of.cube().dimensions();
          case "measures" -> of -> of.cube().measures().stream().map(Object::toString).toList();
          case "levels" -> of -> of.cube().levels().stream().map(Object::toString).toList();
          case "cells" -> of -> Formats.longNumber(of.cells());
          case "coveredRows" -> of -> Formats.longNumber(of.coveredRows());
          default -> throw Shapes.unknown(member);
        });
  }

  private static Cell<KnownColumn> column(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "name" -> of -> of.column().field();
          case "coordinate" -> KnownColumn::coordinate;
          case "type" -> of -> of.column().spec().type().toString();
          case "description" -> of -> of.column().spec().description();
          case "unit" -> of -> of.column().spec().unit();
          case "annotations" -> of -> of.column().spec().annotations();
          case "isDimension" -> of -> of.column().isDimension();
          case "isMeasure" -> of -> of.column().isMeasure();
          case "isDerived" -> of -> of.column().spec().derive() != null;
          case "nullable" -> of -> !of.column().isRequired();
          case "cardinality" -> KnownColumn::cardinality;
          case "cardinalityExact" -> KnownColumn::isCardinalityExact;
          case "nullFraction" -> KnownColumn::nullFraction;
          case "min" -> KnownColumn::min;
          case "max" -> KnownColumn::max;
          case "deprecated" -> of -> of.column().spec().deprecated();
          case "pii" ->
              of -> {
                Privacy privacy = of.column().spec().privacy();
                return privacy == null ? null : privacy.policy().name();
              };
          default -> throw Shapes.unknown(member);
        });
  }

  private static Cell<QueryLimits> limit(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "maxGroupKeys" -> QueryLimits::maxGroupKeys;
          case "maxMeasures" -> QueryLimits::maxMeasures;
          case "maxRows" -> QueryLimits::maxRows;
          case "maxRecords" -> QueryLimits::maxRecords;
          case "maxTableCells" -> QueryLimits::maxTableCells;
          default -> throw Shapes.unknown(member);
        });
  }
}
