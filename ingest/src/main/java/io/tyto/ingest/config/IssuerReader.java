package io.tyto.ingest.config;

import io.tyto.model.access.AccessRules.Role;
import io.tyto.model.access.TokenIssuer;
import io.tyto.model.access.TokenIssuer.Algorithm;
import io.tyto.model.text.Suggestion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads whose tokens are taken, and what their claims mean.
final class IssuerReader {
  private static final int MAX_ISSUERS = 20;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String ALGORITHMS =
      Arrays.stream(Algorithm.values()).map(Algorithm::word).collect(Collectors.joining(", "));

  private final Problems problems;
  private final Map<String, Role> roles;

  IssuerReader(Problems problems, Map<String, Role> roles) {
    this.problems = problems;
    this.roles = roles;
  }

  List<TokenIssuer> read(List<Section> sections) {
    List<TokenIssuer> issuers = new ArrayList<>();
    for (Section section : sections) {
      TokenIssuer issuer = read(section);
      if (issuer != null && issuers.size() < MAX_ISSUERS) {
        issuers.add(issuer);
      } else if (issuer != null) {
        problems.wrong(section.line(), "issuers", "are more than " + MAX_ISSUERS);
      }
    }
    return issuers;
  }

  private @Nullable TokenIssuer read(Section section) {
    section.allowOnly(ConfigKeys.ACCESS_ISSUER);
    Located issuer = section.requiredText("issuer", "the claim `iss` of its tokens");
    List<Located> audiences = section.texts("audience");
    if (audiences.isEmpty()) {
      problems.wrong(
          section.line("audience"),
          section.pathOf("audience"),
          "is missing, expected what the claim `aud` has of tokens that are meant for this server");
    }
    Located keys = section.text("keys");
    URI address = keys == null ? null : address(keys);
    if (issuer != null && keys == null) {
      // Then its keys are where a document below it says.
      address(issuer);
    }
    boolean isClaim = section.isSection("project");
    Section projectClaim = isClaim ? section.section("project") : null;
    String project = isClaim ? null : section.plainText("project");
    if (projectClaim != null) {
      projectClaim.allowOnly(ConfigKeys.ACCESS_CLAIM);
    }
    Located claim =
        projectClaim == null
            ? null
            : projectClaim.requiredText("claim", "the claim with the name of the project");
    if (project == null && claim == null && !isClaim) {
      problems.wrong(
          section.line("project"),
          section.pathOf("project"),
          "is missing, expected a project's name, such as default, or {claim: org}");
    }
    Section its = section.section("roles");
    if (its != null) {
      its.allowOnly(ConfigKeys.ACCESS_ROLES);
    }
    return issuer == null
        ? null
        : new TokenIssuer(
            issuer.value(),
            audiences.stream().map(Located::value).toList(),
            address,
            algorithms(section),
            project,
            claim == null ? null : claim.value(),
            its == null ? null : its.plainText("claim"),
            its == null ? new TreeMap<>() : roleByValue(its),
            its == null ? List.of() : known(its.texts("default")),
            texts(section.section("parameters")));
  }

  private @Nullable URI address(Located text) {
    try {
      URI uri = new URI(text.value());
      boolean isSecure = "https".equals(uri.getScheme());
      boolean isNear = "http".equals(uri.getScheme()) && LOOPBACK.contains(uri.getHost() + "");
      if (uri.getHost() != null && uri.getUserInfo() == null && (isSecure || isNear)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Said below, together with addresses of another kind.
    }
    problems.wrong(
        text, "expected an https address without a password (http only of this machine)");
    return null;
  }

  private Set<Algorithm> algorithms(Section section) {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    for (Located text : section.texts("algorithms")) {
      boolean isKnown = false;
      for (Algorithm algorithm : Algorithm.values()) {
        if (algorithm.word().equals(text.value())) {
          algorithms.add(algorithm);
          isKnown = true;
        }
      }
      if (!isKnown) {
        problems.wrong(text, "expected " + ALGORITHMS);
      }
    }
    return algorithms.isEmpty() ? EnumSet.allOf(Algorithm.class) : algorithms;
  }

  private SortedMap<String, String> roleByValue(Section section) {
    Section map = section.section("map");
    if (map != null) {
      known(map.entries());
    }
    return texts(map);
  }

  private List<String> known(List<Located> names) {
    for (Located name : names) {
      if (!roles.containsKey(name.value())) {
        problems.wrong(
            name,
            "expected a role of this file" + Suggestion.didYouMean(name.value(), roles.keySet()));
      }
    }
    return names.stream().map(Located::value).toList();
  }

  private static SortedMap<String, String> texts(@Nullable Section section) {
    SortedMap<String, String> texts = new TreeMap<>();
    if (section != null) {
      for (String key : section.keys()) {
        String value = section.plainText(key);
        if (value != null) {
          texts.put(key, value);
        }
      }
    }
    return texts;
  }
}
