package io.tyto.ingest.config;

import org.jspecify.annotations.Nullable;

/// One thing that is wrong with a config, or worth knowing about it.
///
/// @param file name of the file as it was given
/// @param line line in the file, from 1
/// @param key path of the key, such as `fields.amount.type`; empty: the file as a whole
/// @param found what stands there, or null where something is missing
/// @param expected what should stand there, and what to do
public record ConfigProblem(
    String file, int line, String key, @Nullable String found, String expected) {

  /// One line for people: `recharge.yaml:12: fields.amount.type: found 'decimal', expected ...`.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file).append(':').append(line).append(": ");
    if (!key.isEmpty()) {
      text.append(key).append(": ");
    }
    if (found != null) {
      text.append("found ").append(found).append(", ");
    }
    return text.append(expected).toString();
  }
}
