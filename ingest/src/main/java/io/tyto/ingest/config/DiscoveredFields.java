package io.tyto.ingest.config;

import io.tyto.ingest.discover.FoundKey;
import io.tyto.model.expression.Expression;
import io.tyto.model.expression.ExpressionException;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnSpec.Role;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Discovery;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.JsonPointer;
import io.tyto.store.catalog.CatalogState.Discovered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Fields that were found in events and stand in no file, beside those of a config. The file always
/// wins: a name it takes is its own, and what it does not speak of stays. Thread-safe: no state.
public final class DiscoveredFields {
  private static final int MAX_NAME = 100;

  private DiscoveredFields() {}

  /// Those that the config leaves standing: its json field still looks for keys, does not ignore
  /// this one, and no field of the file has the name.
  public static List<Discovered> standing(EventConfig config, List<Discovered> found) {
    List<Discovered> standing = new ArrayList<>();
    Names names = new Names(config);
    for (Discovered one : found) {
      ColumnSpec source = config.column(one.source());
      Discovery discovery = source == null ? null : source.discovery();
      boolean stands =
          discovery != null
              && !discovery.ignored().contains(one.key())
              && config.column(one.name()) == null
              && !isRead(config, one.key());
      if (stands) {
        String api = names.freeApi(one.apiName());
        standing.add(new Discovered(one.name(), api, one.source(), one.key(), one.type()));
      }
    }
    return standing;
  }

  /// A key that a field of the file reads is not left over any more.
  private static boolean isRead(EventConfig config, String key) {
    JsonPointer place = JsonPointer.ofMember(key);
    for (ColumnSpec column : config.columns()) {
      boolean isPlain =
          column.derive() == null && column.enriched() == null && column.discovery() == null;
      if (isPlain && config.source().barePathOf(column.name()).equals(place)) {
        return true;
      }
    }
    return false;
  }

  /// The config with the fields; those whose expression does not stand are left out.
  public static EventConfig join(EventConfig config, List<Discovered> found) {
    if (found.isEmpty()) {
      return config;
    }
    Map<String, ColumnType> types = new HashMap<>();
    config.columns().forEach(column -> types.put(column.name(), column.type()));
    List<ColumnSpec> columns = new ArrayList<>(config.columns());
    for (Discovered one : found) {
      Expression derive = ExpressionParser.parse(derive(one), types);
      columns.add(
          new ColumnSpec(
              0,
              one.name(),
              one.apiName(),
              derive.type(),
              Role.AUTO,
              null,
              null,
              null,
              derive,
              Map.of()));
    }
    return config.withColumns(columns);
  }

  /// How a file would say it.
  public static String derive(Discovered one) {
    String pointer = JsonPointer.ofMember(one.key()).toString().replace("'", "''");
    return "json(\"%s\", '%s', '%s')".formatted(one.source(), pointer, one.type());
  }

  /// The same as a line of `fields`.
  public static String line(Discovered one) {
    String api = one.apiName().equals(ApiNames.field(one.name())) ? "" : ", api: " + one.apiName();
    String derive = derive(one).replace("\\", "\\\\").replace("\"", "\\\"");
    return "%s: { derive: \"%s\"%s }".formatted(one.name(), derive, api);
  }

  /// A field for a key, with names that are free; null where the key cannot be addressed.
  ///
  /// @param config with all fields found before
  public static @Nullable Discovered of(EventConfig config, ColumnSpec source, FoundKey found) {
    Names names = new Names(config);
    String type = found.type() == null ? "string" : found.type().toString();
    String name = names.freeName(plain(found.key()));
    Discovered one =
        new Discovered(name, names.freeApi(ApiNames.field(name)), source.name(), found.key(), type);
    try {
      ExpressionParser.parse(derive(one), Map.of(source.name(), source.type()));
      return one;
    } catch (ExpressionException | IllegalArgumentException e) {
      return null;
    }
  }

  /// A key as a name: ASCII letters, digits and underscores, a letter first.
  private static String plain(String key) {
    String plain = key.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^[_0-9]+|_+$", "");
    String name = plain.isEmpty() ? "field" : plain;
    return name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
  }

  /// Names that a config takes.
  private static final class Names {
    private final Set<String> names = new HashSet<>();
    private final Set<String> members = new HashSet<>(ApiNames.RESERVED_MEMBERS);
    private final Set<String> constants = new HashSet<>();

    Names(EventConfig config) {
      for (ColumnSpec column : config.columns()) {
        names.add(column.name());
        names.addAll(column.aliases());
        take(column.apiName());
      }
    }

    private void take(String api) {
      members.add(api);
      constants.add(ApiNames.constant(api));
    }

    String freeName(String wanted) {
      String name = wanted;
      for (int i = 2; names.contains(name); i++) {
        name = wanted + "_" + i;
      }
      names.add(name);
      return name;
    }

    String freeApi(String wanted) {
      String api = wanted;
      for (int i = 2; members.contains(api) || constants.contains(ApiNames.constant(api)); i++) {
        api = wanted + i;
      }
      take(api);
      return api;
    }
  }
}
