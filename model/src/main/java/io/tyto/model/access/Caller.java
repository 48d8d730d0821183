package io.tyto.model.access;

/// Who asks.
///
/// @param id names the caller for ever: that of the key, or issuer and subject of a token
/// @param name for people
/// @param project whose collections the caller sees
/// @param limits class of limits that go for the caller
public record Caller(
    String id, Kind kind, String name, String project, Access access, String limits) {
  /// Of collections and callers that say nothing else.
  public static final String DEFAULT_PROJECT = "default";

  public static final String DEFAULT_LIMITS = "default";

  /// Whatever runs inside of the process; sees the collections of all projects.
  public static final Caller SYSTEM =
      new Caller("system", Kind.SYSTEM, "the server itself", "", Access.ALL, DEFAULT_LIMITS);

  /// Anybody, where the server asks nobody who they are; sees the collections of all projects.
  public static final Caller OPEN =
      new Caller("open", Kind.OPEN, "anybody", "", Access.ALL, DEFAULT_LIMITS);

  public enum Kind {
    SYSTEM,
    OPEN,
    KEY,
    TOKEN
  }

  /// Whether the caller may do what goes for all projects: configs, keys and imports are nobody
  /// else's, so an admin of one tenant is none.
  public boolean isOperator() {
    return access.isAdmin() && isIn(DEFAULT_PROJECT);
  }

  /// Whether the caller may see what another one does, and end it: everybody their own, an admin
  /// what others of the same project do, an operator anybody's.
  public boolean oversees(Caller other) {
    boolean isColleague = project.equals(other.project);
    return isOperator() || isColleague && (access.isAdmin() || id.equals(other.id));
  }

  /// Whether collections of a project are there for this caller.
  public boolean isIn(String other) {
    return kind == Kind.SYSTEM || kind == Kind.OPEN || project.equals(other);
  }
}
