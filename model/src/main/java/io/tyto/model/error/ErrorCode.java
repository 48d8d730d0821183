package io.tyto.model.error;

/// Everything that can go wrong, by a name that never changes its meaning.
public enum ErrorCode {
  GRAPHQL_PARSE_FAILED(Type.USER, false),
  BAD_JSON(Type.USER, false),
  GRAPHQL_VALIDATION_FAILED(Type.USER, false),
  BAD_USER_INPUT(Type.USER, false),
  DIMENSION_NOT_GROUPED(Type.USER, false),
  ORDER_KEY_NOT_GROUPED(Type.USER, false),
  DUPLICATE_KEY(Type.USER, false),
  RANGE_TOO_WIDE(Type.USER, false),
  LIMIT_TOO_LARGE(Type.USER, false),
  DOCUMENT_TOO_COMPLEX(Type.USER, false),
  UNKNOWN_COLLECTION(Type.USER, false),
  /// Nobody said who asks, or what they said is not true.
  UNAUTHENTICATED(Type.USER, false),
  /// Who asks may not.
  FORBIDDEN(Type.USER, false),
  /// More was asked within a time than whoever asks may.
  RATE_LIMITED(Type.RESOURCES, true),
  /// More is asked at once than whoever asks may.
  CONCURRENCY_LIMITED(Type.RESOURCES, true),
  /// One question would cost more than any of this caller's may.
  COST_LIMIT_EXCEEDED(Type.USER, false),
  /// The question would read more rows than it said it may.
  SCAN_LIMIT_EXCEEDED(Type.USER, false),
  PERSISTED_QUERY_NOT_FOUND(Type.USER, false),
  DOCUMENT_NOT_TRUSTED(Type.USER, false),
  /// The rows are older than the question allows.
  STALE(Type.RESOURCES, true),
  /// The rows as of an earlier answer are not kept any more.
  SNAPSHOT_GONE(Type.USER, false),
  RANGE_TOO_OLD(Type.USER, false),
  /// The same key came with other content before.
  IDEMPOTENCY_CONFLICT(Type.USER, false),
  /// What can be open once is open already.
  ALREADY_OPEN(Type.USER, false),
  METHOD_NOT_ALLOWED(Type.USER, false),
  NOT_ACCEPTABLE(Type.USER, false),
  NOT_FOUND(Type.USER, false),
  PAYLOAD_TOO_LARGE(Type.USER, false),
  UNSUPPORTED_MEDIA_TYPE(Type.USER, false),
  /// Somebody changed it meanwhile.
  VERSION_CONFLICT(Type.USER, false),
  CONFIG_INVALID(Type.USER, false),
  CONFIG_INCOMPATIBLE(Type.USER, false),
  NUMERIC_OVERFLOW(Type.USER, false),
  CURSOR_EXPIRED(Type.USER, false),
  CURSOR_INVALID(Type.USER, false),
  QUERY_TIMEOUT(Type.RESOURCES, true),
  CANCELLED(Type.RESOURCES, false),
  MEMORY_LIMIT_EXCEEDED(Type.RESOURCES, false),
  OVERLOADED(Type.RESOURCES, true),
  /// Rows that belong to the answer are on nodes that do not answer.
  SHARDS_MISSING(Type.RESOURCES, true),
  DRAINING(Type.RESOURCES, true),
  DISK_FULL(Type.RESOURCES, true),
  SEGMENT_CORRUPT(Type.INTERNAL, false),
  MANIFEST_CORRUPT(Type.INTERNAL, false),
  LOG_CORRUPT(Type.INTERNAL, false),
  /// A log outside of this process does not answer.
  LOG_UNAVAILABLE(Type.EXTERNAL, true),
  TOPIC_MISSING(Type.USER, true),
  /// A topic was deleted and made again under its name.
  TOPIC_REPLACED(Type.USER, false),
  /// Records that were not read yet are gone from their log.
  LOG_GAP(Type.USER, false),
  STORE_FAILED(Type.EXTERNAL, true),
  STORE_UNSUITABLE(Type.EXTERNAL, false),
  STORE_LOCKED(Type.USER, true),
  /// The secret that private fields are hidden with is not there.
  KEY_MISSING(Type.USER, false),
  FENCED(Type.INTERNAL, true),
  INTERNAL(Type.INTERNAL, false);

  /// Whose turn it is to act.
  public enum Type {
    USER,
    RESOURCES,
    EXTERNAL,
    INTERNAL
  }

  private final Type type;
  private final boolean retryable;

  ErrorCode(Type type, boolean retryable) {
    this.type = type;
    this.retryable = retryable;
  }

  public Type type() {
    return type;
  }

  public boolean isRetryable() {
    return retryable;
  }
}
