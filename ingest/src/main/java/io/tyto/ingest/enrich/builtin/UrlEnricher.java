package io.tyto.ingest.enrich.builtin;

import com.google.common.net.InternetDomainName;
import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.InputField;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes a URL apart. Immutable and thread-safe.
final class UrlEnricher implements Enricher {
  private static final int MAX_PARAMETERS = 100;

  private final InputField input;
  private final List<AddedField> adds;
  private final List<String> parameters;
  private final int scheme;
  private final int host;
  private final int domain;
  private final int port;
  private final int path;
  private final int query;
  private final int fragment;
  private final int firstParameter;

  UrlEnricher(String column, String prefix, List<String> parameters) {
    if (parameters.size() > MAX_PARAMETERS) {
      throw new IllegalArgumentException(
          "`query` names %d parameters, at most %d".formatted(parameters.size(), MAX_PARAMETERS));
    }
    this.input = InputField.of(column, ColumnType.STRING);
    this.parameters = List.copyOf(parameters);
    FieldList fields = new FieldList(prefix);
    scheme = fields.add("scheme", ColumnType.STRING, "such as https");
    host = fields.add("host", ColumnType.STRING, "in small letters, without the port");
    domain =
        fields.add(
            "domain",
            ColumnType.STRING,
            "what can be registered, such as owl.co.uk of www.owl.co.uk");
    port = fields.add("port", ColumnType.INT, "where it is written");
    path = fields.add("path", ColumnType.STRING, "as written");
    query = fields.add("query", ColumnType.STRING, "behind `?`, as written");
    fragment = fields.add("fragment", ColumnType.STRING, "behind `#`, as written");
    firstParameter = fields.toList().size();
    for (String parameter : parameters) {
      fields.add(
          "query_" + parameter.replaceAll("[^A-Za-z0-9_]", "_"),
          ColumnType.STRING,
          "the first value of `%s` in the query, decoded".formatted(parameter));
    }
    adds = fields.toList();
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
  public void enrich(Inputs in, Outputs out) {
    UrlParts url = UrlParts.of(in.text(0));
    set(out, scheme, url.scheme());
    set(out, host, url.host());
    if (out.isWanted(domain)) {
      set(out, domain, domainOf(url.host()));
    }
    if (url.port() != UrlParts.NO_PORT) {
      out.number(port, url.port());
    }
    set(out, path, url.path());
    set(out, query, url.query());
    set(out, fragment, url.fragment());
    for (int i = 0; i < parameters.size(); i++) {
      if (out.isWanted(firstParameter + i)) {
        set(out, firstParameter + i, url.parameter(parameters.get(i)));
      }
    }
  }

  private static void set(Outputs out, int field, @Nullable String value) {
    if (value != null) {
      out.text(field, value);
    }
  }

  /// The public suffix of a host and the label before it; null for addresses, for suffixes
  /// themselves and for what is no name of the Internet.
  static @Nullable String domainOf(@Nullable String host) {
    if (host == null || !InternetDomainName.isValid(host)) {
      return null;
    }
    InternetDomainName name = InternetDomainName.from(host);
    return name.isUnderPublicSuffix() ? name.topPrivateDomain().toString() : null;
  }
}
