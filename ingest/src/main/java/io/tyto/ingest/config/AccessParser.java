package io.tyto.ingest.config;

import io.tyto.model.access.AccessRules;
import io.tyto.model.access.AccessRules.Project;
import io.tyto.model.access.AccessRules.Role;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.text.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the access file: roles, issuers of tokens, classes of limits, projects.
public final class AccessParser {
  static final String NAME = "[A-Za-z][A-Za-z0-9_.-]{0,62}";

  private static final int MAX_ENTRIES = 1_000;
  private static final String NUMBER = "[0-9]{1,15}(\\.[0-9]{1,6})?";

  private final Problems problems;

  private AccessParser(Problems problems) {
    this.problems = problems;
  }

  /// CONFIG_INVALID with everything that is wrong, one a line.
  public static AccessRules parse(ConfigFile file) {
    Problems problems = new Problems(file.name());
    Section top = YamlFile.read(file, problems).top();
    AccessRules rules = top == null ? AccessRules.NONE : new AccessParser(problems).read(top);
    if (!problems.isEmpty()) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          problems.problems().stream()
              .map(ConfigProblem::toString)
              .collect(Collectors.joining("\n")));
    }
    return rules;
  }

  private AccessRules read(Section top) {
    top.allowOnly(ConfigKeys.ACCESS_FILE);
    Map<String, LimitClass> limits = new LinkedHashMap<>();
    for (Section one : entries(top, "limits")) {
      limits.put(nameOf(one), limits(one));
    }
    Map<String, Role> roles = new LinkedHashMap<>();
    for (Section one : entries(top, "roles")) {
      one.allowOnly(ConfigKeys.ACCESS_ROLE);
      roles.put(nameOf(one), new Role(scopes(one), limitsOf(one, limits)));
    }
    Map<String, Project> projects = new LinkedHashMap<>();
    for (Section one : entries(top, "projects")) {
      one.allowOnly(ConfigKeys.ACCESS_PROJECT);
      one.requiredText("limits", "the class of limits of all its callers together");
      String name = limitsOf(one, limits);
      projects.put(nameOf(one), new Project(name == null ? Caller.DEFAULT_LIMITS : name));
    }
    IssuerReader issuers = new IssuerReader(problems, roles);
    List<Section> listed = top.sections("issuers");
    return new AccessRules(roles, issuers.read(listed), limits, projects);
  }

  /// The mappings of a mapping by name.
  private List<Section> entries(Section top, String key) {
    List<Section> entries = new ArrayList<>();
    Section named = top.section(key);
    if (named == null) {
      return entries;
    }
    for (Located name : named.names()) {
      if (!name.value().matches(NAME)) {
        problems.wrong(
            name, "expected a letter and at most 62 more letters, digits, '_', '.' and '-'");
      }
      Section entry = named.section(name.value());
      if (entry != null && entries.size() < MAX_ENTRIES) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static String nameOf(Section entry) {
    return entry.path().substring(entry.path().indexOf('.') + 1);
  }

  private List<Scope> scopes(Section role) {
    List<Scope> scopes = new ArrayList<>();
    for (Located text : role.texts("scopes")) {
      try {
        scopes.add(Scope.parse(text.value()));
      } catch (TytoException e) {
        problems.wrong(text.line(), text.key(), String.valueOf(e.getMessage()));
      }
    }
    return scopes;
  }

  private @Nullable String limitsOf(Section section, Map<String, LimitClass> limits) {
    Located name = section.text("limits");
    if (name == null) {
      return null;
    }
    if (!limits.containsKey(name.value())) {
      problems.wrong(
          name,
          "expected a class of this file's `limits`"
              + Suggestion.didYouMean(name.value(), limits.keySet()));
    }
    return name.value();
  }

  private LimitClass limits(Section one) {
    one.allowOnly(ConfigKeys.ACCESS_LIMITS);
    double perSecond = amount(one, "costPerSecond");
    double burst = amount(one, "burst");
    return new LimitClass(
        nameOf(one),
        perSecond,
        one.has("burst") ? burst : 10 * perSecond,
        amount(one, "costPerQuery"),
        count(one, "concurrentQueries"),
        count(one, "subscriptions"),
        amount(one, "costPerDay"));
  }

  /// Infinite where nothing is said.
  private double amount(Section section, String key) {
    Located text = section.text(key);
    if (text == null) {
      return Double.POSITIVE_INFINITY;
    }
    if (!text.value().matches(NUMBER)) {
      problems.wrong(text, "expected a number of units of cost, such as 50 or 0.5");
      return Double.POSITIVE_INFINITY;
    }
    return Double.parseDouble(text.value());
  }

  private int count(Section section, String key) {
    Located text = section.text(key);
    if (text == null) {
      return Integer.MAX_VALUE;
    }
    if (!text.value().matches("[0-9]{1,9}")) {
      problems.wrong(text, "expected a whole number");
      return Integer.MAX_VALUE;
    }
    return Integer.parseInt(text.value());
  }
}
