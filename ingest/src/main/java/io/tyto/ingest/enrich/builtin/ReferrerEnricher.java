package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.InputField;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tells search engines, social sites, mail, the site itself and others apart, and reads the
/// campaign of the page that was opened. Immutable and thread-safe.
final class ReferrerEnricher implements Enricher {
  private static final String INTERNAL = "internal";
  private static final String LINK = "link";
  private static final List<String> UTM =
      List.of("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content");
  private static final int REFERRER = 0;
  private static final int PAGE = 1;

  private final List<InputField> reads;
  private final List<AddedField> adds;
  private final Set<String> internal;
  private final int medium;
  private final int source;
  private final int term;
  private final int firstUtm;

  /// @param page column of the page that was opened; null: campaigns are read from the referrer
  /// @param internal hosts and domains of one's own
  ReferrerEnricher(String column, @Nullable String page, String prefix, List<String> internal) {
    InputField referrer = InputField.of(column, ColumnType.STRING);
    reads =
        page == null
            ? List.of(referrer)
            : List.of(
                InputField.optional(column, ColumnType.STRING),
                InputField.optional(page, ColumnType.STRING));
    this.internal =
        internal.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    FieldList fields = new FieldList(prefix);
    medium = fields.add("medium", ColumnType.STRING, "search, social, email, internal or link");
    source = fields.add("source", ColumnType.STRING, "such as Google; the host of others");
    term = fields.add("term", ColumnType.STRING, "what was searched for, where it is told");
    firstUtm = fields.toList().size();
    UTM.forEach(name -> fields.add(name, ColumnType.STRING, "of the campaign"));
    adds = fields.toList();
  }

  @Override
  public List<InputField> reads() {
    return reads;
  }

  @Override
  public List<AddedField> adds() {
    return adds;
  }

  @Override
  public void enrich(Inputs in, Outputs out) {
    UrlParts referrer = in.isNull(REFERRER) ? null : UrlParts.of(in.text(REFERRER));
    boolean hasPage = reads.size() > PAGE;
    UrlParts page = hasPage ? (in.isNull(PAGE) ? null : UrlParts.of(in.text(PAGE))) : referrer;
    if (referrer != null && referrer.host() != null) {
      classify(referrer, referrer.host(), hasPage && page != null ? page.host() : null, out);
    }
    for (int i = 0; page != null && i < UTM.size(); i++) {
      if (out.isWanted(firstUtm + i)) {
        set(out, firstUtm + i, page.parameter(UTM.get(i)));
      }
    }
  }

  private void classify(UrlParts referrer, String host, @Nullable String own, Outputs out) {
    String domain = UrlEnricher.domainOf(host);
    boolean isOwn =
        host.equals(own)
            || internal.contains(host)
            || domain != null
                && (internal.contains(domain) || domain.equals(UrlEnricher.domainOf(own)));
    KnownSites.Site site = isOwn ? null : KnownSites.find(host);
    if (site == null) {
      out.text(medium, isOwn ? INTERNAL : LINK);
      out.text(source, host);
      return;
    }
    out.text(medium, site.medium());
    out.text(source, site.name());
    for (String parameter : site.terms()) {
      String value = referrer.parameter(parameter);
      if (value != null && !value.isEmpty()) {
        out.text(term, value);
        return;
      }
    }
  }

  /// A parameter without a value says nothing.
  private static void set(Outputs out, int field, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      out.text(field, value);
    }
  }
}
