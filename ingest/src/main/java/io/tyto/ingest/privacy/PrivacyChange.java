package io.tyto.ingest.privacy;

import io.tyto.engine.row.Row;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.Privacy.Policy;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What brings the values of a collection from one version of its policies to another: from nothing
/// for rows that are new, from an older config for rows that are stored. Immutable and thread-safe.
///
/// Applied once to every row: a row knows whether it was, and stored rows know by the version of
/// their config.
public final class PrivacyChange {
  private final List<OfColumn> columns;
  private final KeyFile keys;

  /// @param position among the columns of the newer schema; beyond them where it has the column no
  ///   more and only what is stored has
  private record OfColumn(int position, ColumnSpec column, @Nullable Privacy before) {
    Privacy after() {
      Privacy after = column.privacy();
      if (after == null) {
        throw new IllegalStateException("column " + column.name() + " is not private");
      }
      return after;
    }
  }

  private PrivacyChange(List<OfColumn> columns, KeyFile keys) {
    this.columns = List.copyOf(columns);
    this.keys = keys;
  }

  /// For rows as they come.
  public static PrivacyChange ofNewRows(TableSchema schema, KeyFile keys) {
    List<OfColumn> columns = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec column = schema.columns().get(i);
      if (column.privacy() != null) {
        columns.add(new OfColumn(i, column, null));
      }
    }
    return new PrivacyChange(columns, keys);
  }

  /// For rows that were stored by an older version of the collection's config.
  ///
  /// @param before policies by column id then, of the columns there were
  static PrivacyChange of(Map<Integer, Optional<Privacy>> before, TableSchema after, KeyFile keys) {
    List<OfColumn> columns = new ArrayList<>();
    List<ColumnSpec> stored = after.withDormantPrivate().columns();
    for (int i = 0; i < stored.size(); i++) {
      ColumnSpec column = stored.get(i);
      Privacy privacy = column.privacy();
      Optional<Privacy> older = before.get(column.id());
      if (privacy != null && older != null && !older.equals(Optional.of(privacy))) {
        columns.add(new OfColumn(i, column, older.orElse(null)));
      }
    }
    return new PrivacyChange(columns, keys);
  }

  /// Why stored values cannot be brought from one policy to another, or null where they can. Values
  /// that are gone do not come back, and a policy is never loosened.
  public static @Nullable String obstacle(@Nullable Privacy before, @Nullable Privacy after) {
    if (before == null || before.equals(after)) {
      return null;
    }
    if (after == null) {
      return "stored values are %s and stay so".formatted(stateOf(before));
    }
    boolean isPossible =
        switch (before.policy()) {
          case DROP -> false;
          case HASH -> after.policy() == Policy.DROP;
          case TOKENIZE -> true;
          case MASK ->
              after.policy() == Policy.DROP
                  || after.policy() == Policy.MASK && after.shown() < before.shown();
        };
    return isPossible
        ? null
        : "stored values are %s, so they cannot be %s".formatted(stateOf(before), stateOf(after));
  }

  private static String stateOf(Privacy privacy) {
    return switch (privacy.policy()) {
      case DROP -> "dropped";
      case HASH -> "hashed";
      case TOKENIZE -> "tokens";
      case MASK -> "masked but for %d characters".formatted(privacy.shown());
    };
  }

  /// Nothing changes.
  public boolean isNone() {
    return columns.isEmpty();
  }

  /// Brings a row over and marks it so.
  public void apply(Row row) {
    for (int i = 0; i < columns.size(); i++) {
      OfColumn column = columns.get(i);
      int position = column.position();
      if (position >= row.size()) {
        continue;
      }
      switch (row.kind(position)) {
        case NULL -> {}
        case LONG, DOUBLE -> row.setNull(position);
        case BYTES -> {
          byte[] value = apply(column, row.bytesAt(position));
          if (value == null) {
            row.setNull(position);
          } else {
            row.setBytes(position, value);
          }
        }
        case LIST -> applyToList(column, row);
      }
    }
    row.markStorable();
  }

  private void applyToList(OfColumn column, Row row) {
    if (column.after().policy() == Policy.DROP) {
      row.setNull(column.position());
      return;
    }
    @Nullable Object[] elements = row.listAt(column.position()).clone();
    for (int i = 0; i < elements.length; i++) {
      elements[i] = elements[i] instanceof byte[] value ? apply(column, value) : elements[i];
    }
    row.setList(column.position(), elements);
  }

  /// Whether a column's stored values change.
  public boolean concerns(int columnId) {
    return find(columnId) != null;
  }

  /// Whether nothing is left of a column's values.
  public boolean drops(int columnId) {
    OfColumn column = find(columnId);
    return column != null && column.after().policy() == Policy.DROP;
  }

  /// One value, or one element, of a column that this {@link #concerns}.
  public byte @Nullable [] apply(int columnId, byte[] value) {
    OfColumn column = find(columnId);
    return column == null ? value : apply(column, value);
  }

  private byte @Nullable [] apply(OfColumn column, byte[] value) {
    Privacy before = column.before();
    Privacy after = column.after();
    if (after.policy() == Policy.DROP) {
      return null;
    }
    if (before == null) {
      return keys.values().apply(after, column.column().type().element(), value);
    }
    return switch (before.policy()) {
      case MASK -> keys.values().narrowed(value, after.shown());
      case TOKENIZE -> {
        byte[] plain = keys.values().valueOf(value);
        if (plain == null) {
          throw wrongKey(column.column());
        }
        yield keys.values().apply(after, column.column().type().element(), plain);
      }
      case DROP, HASH ->
          throw new IllegalStateException("column " + column.column().name() + " has no values");
    };
  }

  private TytoException wrongKey(ColumnSpec column) {
    return new TytoException(
        ErrorCode.KEY_MISSING,
        "a token of the field %s was not made with the secret in %s; restore the file that was there when it was stored"
            .formatted(column.name(), keys.file()));
  }

  private @Nullable OfColumn find(int columnId) {
    for (OfColumn column : columns) {
      if (column.column().id() == columnId) {
        return column;
      }
    }
    return null;
  }
}
