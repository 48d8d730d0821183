package io.tyto.gateway.http;

/// Which edition of GraphQL over HTTP decides where they disagree.
public enum HttpProfile {
  /// What clients and audits of before 2026 expect: `application/json` unless asked otherwise, and
  /// 400 for whatever is wrong with a request.
  COMPATIBLE("compatible"),
  /// The edition of September 2026: `application/graphql-response+json` unless asked otherwise, 422
  /// for requests that can be read and are wrong, 400 only for what cannot be read.
  EDITION_2026("2026");

  private final String word;

  HttpProfile(String word) {
    this.word = word;
  }

  /// As the setting `http.profile` spells it.
  public String word() {
    return word;
  }
}
