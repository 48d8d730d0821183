package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tyto.model.query.Filter;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Filters on hashes and tokens take the value as it was sent, and what an answer showed of it.
class HiddenColumnTest {
  private static final class Hashing extends FakeQueries {
    Hashing(TableSchema table) {
      super(table);
    }

    @Override
    public Object stored(ColumnSpec column, Object value) {
      return "#" + value;
    }
  }

  private final FakeQueries queries = new Hashing(hidden(Collections.recharge()));
  private final GraphQlApi api =
      GraphQlApi.build(
          List.of(hidden(Collections.recharge())),
          queries,
          Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
          GraphQlOptions.DEFAULT);

  private static TableSchema hidden(TableSchema table) {
    List<ColumnSpec> columns = new ArrayList<>();
    for (ColumnSpec column : table.columns()) {
      boolean isHidden = column.name().equals("country") || column.name().equals("tags");
      columns.add(isHidden ? hidden(column) : column);
    }
    EventConfig config = table.config().withColumns(columns);
    return new TableSchema(1, 1, 1, table.name(), 1, columns, config);
  }

  private static ColumnSpec hidden(ColumnSpec column) {
    return new ColumnSpec(
        column.id(),
        column.name(),
        column.apiName(),
        column.type(),
        column.role(),
        column.description(),
        column.deprecated(),
        column.unit(),
        column.derive(),
        column.annotations(),
        new Privacy(Privacy.Policy.HASH, 0),
        column.aliases(),
        column.enriched(),
        column.discovery());
  }

  private @Nullable Filter filter(String where) {
    queries.records.clear();
    String ask = "{recharge{records(range:{preset:ALL_TIME},where:" + where + "){nodes{_id}}}}";
    var result = api.execute(new GraphQlRequest(ask, null, Map.of(), Map.of()), Client.context());
    assertEquals(List.of(), result.getErrors());
    return queries.records.element().where();
  }

  private static Filter in(String column, Object... values) {
    return new Filter.In(column, List.of(values), false);
  }

  @Test
  void equalityAsksForBothForms() {
    assertEquals(in("country", "#DE", "DE"), filter("{country:{eq:\"DE\"}}"));
    assertEquals(new Filter.Not(in("country", "#DE", "DE")), filter("{country:{ne:\"DE\"}}"));
    assertEquals(in("country", "#a", "a", "#b", "b"), filter("{country:{in:[\"a\",\"b\"]}}"));
    assertEquals(new Filter.Not(in("country", "#a", "a")), filter("{country:{notIn:[\"a\"]}}"));
    assertEquals(new Filter.IsNull("country"), filter("{country:{isNull:true}}"));
  }

  @Test
  void soDoElementsOfLists() {
    assertEquals(in("tags", "#a", "a"), filter("{tags:{has:\"a\"}}"));
    assertEquals(
        new Filter.And(List.of(in("tags", "#a", "a"), in("tags", "#b", "b"))),
        filter("{tags:{hasAll:[\"a\",\"b\"]}}"));
  }

  @Test
  void otherOperatorsAreNotOffered() {
    String ask =
        "{recharge{records(range:{preset:ALL_TIME},where:{country:{contains:\"D\"}}){nodes{_id}}}}";
    var result = api.execute(new GraphQlRequest(ask, null, Map.of(), Map.of()), Client.context());
    assertFalse(result.getErrors().isEmpty());
  }
}
