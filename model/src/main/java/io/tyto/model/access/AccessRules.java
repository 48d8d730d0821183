package io.tyto.model.access;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What roles allow, whose tokens are taken and what callers may use: the contents of the access
/// file. Immutable; equal where the file says the same.
///
/// @param limits classes by name
/// @param projects by name, those that have quotas
public record AccessRules(
    Map<String, Role> roles,
    List<TokenIssuer> issuers,
    Map<String, LimitClass> limits,
    Map<String, Project> projects) {

  /// Where there is no file.
  public static final AccessRules NONE = new AccessRules(Map.of(), List.of(), Map.of(), Map.of());

  /// @param limits class of callers with this role; null: the default
  public record Role(List<Scope> scopes, @Nullable String limits) {
    public Role {
      scopes = List.copyOf(scopes);
    }
  }

  /// @param limits of all callers of the project together
  public record Project(String limits) {}

  public AccessRules {
    roles = Map.copyOf(roles);
    issuers = List.copyOf(issuers);
    limits = Map.copyOf(limits);
    projects = Map.copyOf(projects);
  }

  /// The class of that name; where there is none, the default.
  public LimitClass limits(String name) {
    LimitClass known = limits.get(name);
    if (known == null) {
      known = limits.get(Caller.DEFAULT_LIMITS);
    }
    return known == null ? LimitClass.none(Caller.DEFAULT_LIMITS) : known;
  }

  /// What all callers of a project may use together; no limits where nothing is said of it.
  public LimitClass quota(String project) {
    Project known = projects.get(project);
    return known == null ? LimitClass.none(project) : limits(known.limits());
  }

  /// Scopes of roles and those given beside them; a role that is not known gives none.
  public Set<Scope> scopes(Collection<String> names, Collection<Scope> own) {
    Set<Scope> scopes = new LinkedHashSet<>(own);
    for (String name : names) {
      Role role = roles.get(name);
      if (role != null) {
        scopes.addAll(role.scopes());
      }
    }
    return scopes;
  }

  /// The class of a caller: its own, that of the first of its roles that has one, or the default.
  public String limitsOf(@Nullable String own, Collection<String> names) {
    if (own != null) {
      return own;
    }
    for (String name : names) {
      Role role = roles.get(name);
      if (role != null && role.limits() != null) {
        return role.limits();
      }
    }
    return Caller.DEFAULT_LIMITS;
  }
}
