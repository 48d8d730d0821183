package io.tyto.model.access;

import java.util.Locale;

/// What a scope lets a caller do with its target: a collection, but where said otherwise.
public enum Verb {
  /// Aggregates, tables, values, cubes, funnels and what is known of a collection, once or live.
  QUERY,
  /// Raw rows, also as they arrive, and what is kept of single entities.
  RECORDS,
  /// Sending events.
  INGEST,
  /// Reading dead letters and trying them again.
  LETTERS,
  /// Making and dropping views and cohorts, saving and deleting queries and dashboards.
  DEFINE,
  /// Columns that are shown to some only; the target is their label, `pii` of private ones.
  FIELDS,
  /// All rows of a collection, also where a row policy keeps callers to their own.
  ROWS,
  /// Everything that operators do, and all of the above; has no target.
  ADMIN;

  /// As scopes spell it.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
