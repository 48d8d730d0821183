package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.InputField;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Looks an address up. Thread-safe.
final class GeoIpEnricher implements Enricher {
  private final InputField input;
  private final GeoDatabase database;
  private final List<AddedField> adds;
  private final List<List<String>> paths = new ArrayList<>();

  GeoIpEnricher(String column, String prefix, String language, GeoDatabase database) {
    this.input = InputField.of(column, ColumnType.IP, ColumnType.STRING);
    this.database = database;
    FieldList fields = new FieldList(prefix);
    text(fields, "country", "ISO 3166-1 alpha-2", "country", "iso_code");
    text(fields, "country_name", "in the language " + language, "country", "names", language);
    text(fields, "continent", "two letters", "continent", "code");
    text(fields, "region", "first part of ISO 3166-2", "subdivisions", "0", "iso_code");
    text(fields, "region_name", "first subdivision", "subdivisions", "0", "names", language);
    text(fields, "city", "in the language " + language, "city", "names", language);
    text(fields, "postal_code", "", "postal", "code");
    text(fields, "time_zone", "such as Europe/Berlin", "location", "time_zone");
    add(fields, "latitude", ColumnType.DOUBLE, "degrees", "location", "latitude");
    add(fields, "longitude", ColumnType.DOUBLE, "degrees", "location", "longitude");
    add(fields, "accuracy_km", ColumnType.INT, "radius", "location", "accuracy_radius");
    add(fields, "asn", ColumnType.LONG, "autonomous system", "autonomous_system_number");
    text(fields, "as_organization", "who runs it", "autonomous_system_organization");
    adds = fields.toList();
  }

  private void text(FieldList fields, String name, String description, String... path) {
    add(fields, name, ColumnType.STRING, description, path);
  }

  private void add(
      FieldList fields, String name, ColumnType type, String description, String... path) {
    fields.add(name, type, description);
    paths.add(List.of(path));
  }

  @Override
  public List<InputField> reads() {
    return List.of(input);
  }

  @Override
  public List<AddedField> adds() {
    return adds;
  }

  @Override
  public String dataVersion() {
    return database.name();
  }

  @Override
  public void enrich(Inputs in, Outputs out) throws IOException {
    InetAddress address =
        switch (in.value(0)) {
          case InetAddress known -> known;
          case String text -> Addresses.ofText(text);
          case null, default -> null;
        };
    Map<?, ?> found = address == null ? null : database.find(address);
    if (found == null) {
      return;
    }
    for (int i = 0; i < paths.size(); i++) {
      if (out.isWanted(i)) {
        set(out, i, at(found, paths.get(i)));
      }
    }
  }

  private static @Nullable Object at(@Nullable Object value, List<String> path) {
    Object at = value;
    for (String step : path) {
      at =
          switch (at) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list when step.equals("0") && !list.isEmpty() -> list.getFirst();
            case null, default -> null;
          };
    }
    return at;
  }

  /// A database of another make may hold other types under the same names: they are left out.
  private void set(Outputs out, int field, @Nullable Object value) {
    ColumnType type = adds.get(field).type();
    if (type instanceof ColumnType.StringType && value instanceof String text) {
      out.text(field, text);
    } else if (type instanceof ColumnType.DoubleType && value instanceof Number number) {
      out.real(field, number.doubleValue());
    } else if (value instanceof Number number && !(type instanceof ColumnType.StringType)) {
      out.number(field, number.longValue());
    }
  }
}
