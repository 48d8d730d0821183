package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which rows a caller may write: whom a policy keeps to some rows may send no others. Thread-safe:
/// immutable.
public final class OwnRows {
  private static final OwnRows ALL = new OwnRows(List.of());

  private final List<Own> policy;

  /// A column of the policy, and what the caller's rows have there.
  ///
  /// @param values as rows hold them: Long or bytes
  private record Own(int column, String name, String parameter, List<Object> values) {}

  private OwnRows(List<Own> policy) {
    this.policy = policy;
  }

  /// UNKNOWN_COLLECTION; FORBIDDEN where the caller may send no event at all.
  public static OwnRows of(Caller caller, TableSchema schema) {
    Guard.require(caller, Verb.INGEST, schema);
    if (!Guard.isRestricted(caller, schema)) {
      return ALL;
    }
    List<Own> policy = new ArrayList<>();
    schema
        .config()
        .policy()
        .rows()
        .forEach((column, parameter) -> {
          int position = schema.positionOf(column);
          ColumnType.Scalar type = schema.columns().get(position).type().element();
          List<Object> values =
              Guard.own(caller, schema, column, parameter).stream()
                  .map(value -> physical(type, value))
                  .toList();
          policy.add(new Own(position, column, parameter, values));
        });
    return new OwnRows(List.copyOf(policy));
  }

  private static Object physical(ColumnType.Scalar type, Object value) {
    return type.physical() == Physical.LONG
        ? (Object) Values.toLong(type, value)
        : Values.toBytes(type, value);
  }

  /// FORBIDDEN where the row is not the caller's, with the number of its event. The whole body is
  /// refused then: kept as a dead letter, the event could still become a row.
  public void require(Row row, RawRecord raw) {
    for (Own own : policy) {
      if (own.values().stream().noneMatch(value -> holds(row, own.column(), value))) {
        throw new TytoException(
            ErrorCode.FORBIDDEN,
            "event %d is not yours: its %s is none of the values of your parameter `%s`. Nothing was taken"
                .formatted(raw.number(), own.name(), own.parameter()));
      }
    }
  }

  private static boolean holds(Row row, int column, Object value) {
    return switch (row.kind(column)) {
      case LONG -> value instanceof Long number && number == row.longAt(column);
      case BYTES -> value instanceof byte[] bytes && Arrays.equals(bytes, row.bytesAt(column));
      case NULL, DOUBLE, LIST -> false;
    };
  }
}
