package io.tyto.gateway.document;

/// Which documents a caller may send. Each allows what those after it allow.
public enum DocumentPolicy {
  ANY("any"),
  /// Those that come with their hash, and trusted ones.
  APQ("apq"),
  /// Those that an operator has registered, and those that are saved for the caller's project.
  TRUSTED_ONLY("trusted-only");

  private final String word;

  DocumentPolicy(String word) {
    this.word = word;
  }

  /// As settings and keys spell it.
  public String word() {
    return word;
  }

  public DocumentPolicy stricter(DocumentPolicy other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
