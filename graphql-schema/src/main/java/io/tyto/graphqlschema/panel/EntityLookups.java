package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.panel.RecordCells.AskedEntity;
import io.tyto.graphqlschema.schema.KeyedEntity;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the entities of a page of records, each once however many records it has. Thread-safe:
/// immutable.
record EntityLookups(List<AskedEntity> asked, KeyedEntity entity, Scope scope) {
  /// What is kept of an entity is where its partition is.
  private static final int MOST = 1_000;

  /// A question about each is a scan.
  private static final int MOST_ASKED = 100;

  /// Refuses what could not be asked of any entity, before anything is read.
  void check() {
    boolean isUuid =
        KeyedEntity.key(scope.collection()).spec().type() instanceof ColumnType.UuidType;
    String any = isUuid ? "00000000-0000-0000-0000-000000000000" : "0";
    asked.forEach(each -> panel(each.field(), any));
  }

  private EntityPanel panel(ExecutableNormalizedField field, String id) {
    return EntityPanel.of(field, entity, id, scope.entities(), scope.now(), scope.limits());
  }

  /// The records with their entities; LIMIT_TOO_LARGE where there are too many different ones.
  RecordRows find(RecordRows records, QueryService queries, QueryContext context) {
    List<Map<Object, @Nullable Object>> all = new ArrayList<>();
    for (AskedEntity each : asked) {
      Map<Object, @Nullable Object> byKey = new HashMap<>();
      ResultColumn keys = records.columns().get(each.key());
      int most = asksQuestions(each.field()) ? MOST_ASKED : MOST;
      for (int row = 0; row < records.rowCount(); row++) {
        Object key = keys.value(row);
        if (key == null || byKey.containsKey(key)) {
          continue;
        }
        if (byKey.size() == most) {
          throw tooMany(each.field(), most);
        }
        EntityPanel panel = panel(each.field(), Formats.text(key));
        byKey.put(key, panel.answer(queries, context).data());
      }
      all.add(byKey);
    }
    return new EntityRows(records, all);
  }

  private static boolean asksQuestions(ExecutableNormalizedField entity) {
    return entity.getChildren().stream()
        .flatMap(collection -> collection.getChildren().stream())
        .anyMatch(part -> !part.getName().equals("lifetime") && !part.getName().startsWith("__"));
  }

  private static TytoException tooMany(ExecutableNormalizedField field, int most) {
    String coordinate = field.getSingleObjectTypeName() + "." + field.getName();
    return new TytoException(
        ErrorCode.LIMIT_TOO_LARGE,
        "%s: the page has more than %,d different ones: ask for fewer records, or less of each"
            .formatted(coordinate, most),
        coordinate,
        null);
  }
}
