package io.tyto.ingest.avro;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/// A record as a map from names to values. A value is converted when it is asked for.
final class AvroRecord extends AbstractMap<String, @Nullable Object> {
  private final IndexedRecord record;

  AvroRecord(IndexedRecord record) {
    this.record = record;
  }

  @Override
  public @Nullable Object get(Object name) {
    Schema.Field field = record.getSchema().getField(String.valueOf(name));
    return field == null ? null : AvroValues.of(field.schema(), record.get(field.pos()));
  }

  @Override
  public boolean containsKey(Object name) {
    return record.getSchema().getField(String.valueOf(name)) != null;
  }

  @Override
  public Set<Map.Entry<String, @Nullable Object>> entrySet() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (Schema.Field field : record.getSchema().getFields()) {
      all.put(field.name(), AvroValues.of(field.schema(), record.get(field.pos())));
    }
    return all.entrySet();
  }

  static List<@Nullable Object> list(Schema element, Iterable<?> values) {
    List<@Nullable Object> list = new ArrayList<>();
    for (Object value : values) {
      list.add(AvroValues.of(element, value));
    }
    return list;
  }
}
