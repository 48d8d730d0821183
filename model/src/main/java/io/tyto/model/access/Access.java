package io.tyto.model.access;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What one caller may do, and the parameters that row policies compare with. Immutable; equal
/// where it allows the same.
public final class Access {
  /// Of whatever runs inside of the process, and of a server without keys.
  public static final Access ALL = new Access(Set.of(Scope.ADMIN), Map.of());

  public static final Access NOTHING = new Access(Set.of(), Map.of());

  private final Set<Scope> scopes;
  private final Map<String, List<String>> parameters;

  private Access(Set<Scope> scopes, Map<String, List<String>> parameters) {
    this.scopes = scopes;
    this.parameters = parameters;
  }

  /// @param parameters of a key or a token, by name
  public static Access of(Collection<Scope> scopes, Map<String, List<String>> parameters) {
    Map<String, List<String>> sorted = new TreeMap<>();
    parameters.forEach((name, values) -> sorted.put(name, List.copyOf(values)));
    return new Access(Set.copyOf(scopes), sorted);
  }

  /// Whether a scope allows it; what none allows is denied.
  public boolean may(Verb verb, String target) {
    return scopes.stream().anyMatch(scope -> scope.allows(verb, target));
  }

  public boolean isAdmin() {
    return scopes.contains(Scope.ADMIN);
  }

  public Set<Scope> scopes() {
    return scopes;
  }

  /// Empty where the caller has no such parameter.
  public List<String> parameter(String name) {
    return parameters.getOrDefault(name, List.of());
  }

  /// Text that is the same for two callers exactly where they may do the same: numbers and lengths
  /// stand before what they count, as names and values of parameters may hold any character.
  public String fingerprint() {
    StringBuilder text = new StringBuilder();
    append(text, scopes.stream().map(Scope::toString).sorted().toList());
    parameters.forEach((name, values) -> {
      append(text, List.of(name));
      append(text, values);
    });
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> values) {
    text.append(values.size()).append(' ');
    for (String value : values) {
      text.append(value.length()).append(':').append(value).append(' ');
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Access access
        && scopes.equals(access.scopes)
        && parameters.equals(access.parameters);
  }

  @Override
  public int hashCode() {
    return 31 * scopes.hashCode() + parameters.hashCode();
  }

  @Override
  public String toString() {
    return fingerprint();
  }
}
