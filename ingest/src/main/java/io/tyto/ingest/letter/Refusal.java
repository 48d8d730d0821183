package io.tyto.ingest.letter;

import org.jspecify.annotations.Nullable;

/// Why a dead letter does not become a row.
///
/// @param code a name of {@link io.tyto.ingest.decode.Rejection.Code} or one of the constants here
/// @param field column the reason is about, or null
public record Refusal(String code, @Nullable String field, String message) {
  /// Not all of the record was kept.
  public static final String TRUNCATED = "TRUNCATED";

  /// A privacy policy did not let it be kept.
  public static final String WITHHELD = "WITHHELD";

  /// The record could not be cut out of its file, or nothing tells how it is to be read.
  public static final String UNREADABLE = "UNREADABLE";

  /// By the configs as they are now, it is a record of another collection.
  public static final String OTHER_COLLECTION = "OTHER_COLLECTION";
}
