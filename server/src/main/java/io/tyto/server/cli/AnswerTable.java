package io.tyto.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Prints the rows of a GraphQL answer as a plain table, one line of meta data below.
final class AnswerTable {
  private AnswerTable() {}

  static void print(PrintWriter out, Json.Node answer, double firstMillis, double againMillis) {
    Object panel = answer.get("data").value();
    while (panel instanceof Map<?, ?> map && !map.containsKey("meta") && map.size() == 1) {
      panel = map.values().iterator().next();
    }
    Json.Node node = new Json.Node(panel);
    table(out, rows(node));
    explain(out, node.get("explain"));
    Json.Node meta = node.get("meta");
    if (meta.isMissing()) {
      out.printf(Locale.ROOT, "  %.0f ms at first, %.1f ms again%n", firstMillis, againMillis);
      return;
    }
    double engineMillis =
        meta.get("elapsedMs").value() instanceof Number number ? number.doubleValue() : 0.0;
    out.printf(
        Locale.ROOT,
        "  %.0f ms at first, %.1f ms again; in the engine %.1f ms, %,d rows scanned, from %s%n",
        firstMillis,
        againMillis,
        engineMillis,
        meta.get("rowsScanned").number(),
        meta.get("servedBy").text());
  }

  private static List<Map<String, String>> rows(Json.Node panel) {
    if (panel.value() instanceof List<?>) {
      return panel.elements().stream().map(row -> flat(row.value())).toList();
    }
    for (String list : List.of("rows", "nodes")) {
      if (!panel.get(list).isMissing()) {
        return panel.get(list).elements().stream().map(row -> flat(row.value())).toList();
      }
    }
    if (!panel.get("buckets").isMissing()) {
      return panel.get("buckets").elements().stream()
          .flatMap(bucket -> leaves(bucket.value()).stream())
          .toList();
    }
    Json.Node totals = panel.get("totals");
    return List.of(flat((totals.isMissing() ? panel : totals).value()));
  }

  /// A row for each innermost object, which repeats the key of those around it.
  private static List<Map<String, String>> leaves(@Nullable Object value) {
    Map<String, Object> own = new LinkedHashMap<>();
    List<Map<String, String>> inner = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, member) -> {
        if (member instanceof List<?> list) {
          list.forEach(each -> inner.addAll(leaves(each)));
        } else {
          own.put(key.toString(), member);
        }
      });
    }
    if (inner.isEmpty()) {
      return List.of(flat(own));
    }
    own.remove("total");
    List<Map<String, String>> rows = new ArrayList<>();
    for (Map<String, String> each : inner) {
      Map<String, String> row = flat(own);
      row.putAll(each);
      rows.add(row);
    }
    return rows;
  }

  private static void explain(PrintWriter out, Json.Node explain) {
    if (explain.isMissing()) {
      return;
    }
    out.println("  explain: cube " + explain.get("cube").value());
    for (Json.Node rejected : explain.get("cubesRejected").elements()) {
      out.println("    not from " + rejected.get("message").text());
    }
    for (Json.Node part : explain.get("plan").elements()) {
      out.printf(
          Locale.ROOT,
          "    %,9d of %-12s %s%n",
          part.get("rows").number(),
          part.get("read").text(),
          part.get("range").text());
    }
  }

  private static Map<String, String> flat(@Nullable Object value) {
    Map<String, String> cells = new LinkedHashMap<>();
    flatten("", value, cells);
    return cells;
  }

  private static void flatten(String name, @Nullable Object value, Map<String, String> cells) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> {
        boolean wrapper = key.equals("key") || key.equals("measures");
        String path = wrapper ? "" : key.toString();
        flatten(name.isEmpty() || path.isEmpty() ? name + path : name + "." + path, inner, cells);
      });
    } else if (value instanceof Double number) {
      cells.put(name, String.format(Locale.ROOT, Math.abs(number) < 10 ? "%.3f" : "%,.2f", number));
    } else {
      cells.put(name, String.valueOf(value));
    }
  }

  private static void table(PrintWriter out, List<Map<String, String>> rows) {
    Set<String> names = new LinkedHashSet<>();
    rows.forEach(row -> names.addAll(row.keySet()));
    List<Integer> widths = new ArrayList<>();
    StringBuilder head = new StringBuilder("  ");
    for (String name : names) {
      int width = name.length();
      for (Map<String, String> row : rows) {
        width = Math.max(width, row.getOrDefault(name, "").length());
      }
      widths.add(width);
      head.append(pad(name, width)).append("  ");
    }
    out.println(head.toString().stripTrailing());
    for (Map<String, String> row : rows) {
      StringBuilder line = new StringBuilder("  ");
      int column = 0;
      for (String name : names) {
        line.append(pad(row.getOrDefault(name, ""), widths.get(column++))).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
