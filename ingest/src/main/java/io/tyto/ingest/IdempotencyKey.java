package io.tyto.ingest;

import io.tyto.engine.row.Row;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// What a sender calls one body of events, so that it can be sent until its answer comes: events
/// without an id of their own get one that follows from the key and their place in the body. They
/// are recognised like any other event that comes again, also after a crash.
///
/// @param project of the sender, whose keys are no other project's
record IdempotencyKey(String project, int collection, String key) {
  static final int MAX_CHARACTERS = 200;

  private static final int ID_BYTES = 16;

  /// BAD_USER_INPUT where the collection has no event id that could follow from a key.
  static IdempotencyKey of(Caller caller, TableSchema schema, String key) {
    if (key.isEmpty() || key.length() > MAX_CHARACTERS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "an idempotency key has 1 to %d characters".formatted(MAX_CHARACTERS));
    }
    String name = schema.config().eventId();
    ColumnSpec column = name == null ? null : schema.column(name);
    boolean hasRoom =
        column != null
            && (column.type() instanceof ColumnType.StringType
                || column.type() instanceof ColumnType.UuidType);
    if (!hasRoom) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s does not recognise events by a key: its config needs an `eventId` that is a string or a uuid"
              .formatted(schema.name()));
    }
    return new IdempotencyKey(caller.project(), schema.collectionId(), key);
  }

  /// Gives a row its id, where it brings none.
  ///
  /// @param place of the event in the body
  void identify(Row row, int column, ColumnType type, long place) {
    if (row.isNull(column)) {
      byte[] id = id(place);
      row.setBytes(
          column,
          type instanceof ColumnType.UuidType
              ? id
              : HexFormat.of().formatHex(id).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private byte[] id(long place) {
    byte[] whose = project.getBytes(StandardCharsets.UTF_8);
    byte[] called = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer whole =
        ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES + whose.length + called.length)
            .putInt(collection)
            .putLong(place)
            .putInt(whose.length)
            .put(whose)
            .put(called);
    return Arrays.copyOf(sha256(whole.array()), ID_BYTES);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
