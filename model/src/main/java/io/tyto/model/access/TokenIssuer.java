package io.tyto.model.access;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Whose tokens are taken, and what their claims mean. Immutable.
///
/// @param issuer the claim `iss`, to the letter
/// @param audiences of which the claim `aud` has at least one
/// @param keys where the keys are that it signs with; null: where its discovery document says
/// @param algorithms that it may sign with
/// @param project whose collections its callers see; null: that of `projectClaim`
/// @param projectClaim claim with the name of the project
/// @param roleClaim claim with names of roles, a text or a list of them; null: none
/// @param roles role by value of that claim; where it is empty, values are names of roles
/// @param defaultRoles that every caller has
/// @param parameters claim by parameter that row policies compare with
public record TokenIssuer(
    String issuer,
    List<String> audiences,
    @Nullable URI keys,
    Set<Algorithm> algorithms,
    @Nullable String project,
    @Nullable String projectClaim,
    @Nullable String roleClaim,
    SortedMap<String, String> roles,
    List<String> defaultRoles,
    SortedMap<String, String> parameters) {

  /// The ways to sign that are taken; nothing else is, whatever a file says.
  public enum Algorithm {
    RS256("RS256"),
    ES256("ES256"),
    EDDSA("EdDSA");

    private final String word;

    Algorithm(String word) {
      this.word = word;
    }

    /// As tokens and files spell it.
    public String word() {
      return word;
    }
  }

  public TokenIssuer {
    audiences = List.copyOf(audiences);
    algorithms = Set.copyOf(algorithms);
    roles = new TreeMap<>(Map.copyOf(roles));
    defaultRoles = List.copyOf(defaultRoles);
    parameters = new TreeMap<>(Map.copyOf(parameters));
  }
}
