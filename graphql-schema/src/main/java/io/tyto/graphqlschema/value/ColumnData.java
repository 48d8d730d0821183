package io.tyto.graphqlschema.value;

import io.tyto.model.result.ResultColumn;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Columns that write themselves as one JSON array, straight from the engine's vectors.
public final class ColumnData {

  private ColumnData() {}

  /// Integers as numbers, past 2^53 as strings.
  public static StreamedValue longs(ResultColumn.Longs column) {
    return sink -> {
      sink.startArray();
      for (int i = 0; i < column.size(); i++) {
        if (column.nulls().get(i)) {
          sink.nothing();
        } else {
          writeLong(column.values()[i], sink);
        }
      }
      sink.endArray();
    };
  }

  public static StreamedValue doubles(ResultColumn.Doubles column) {
    return sink -> {
      sink.startArray();
      for (int i = 0; i < column.size(); i++) {
        if (column.nulls().get(i)) {
          sink.nothing();
        } else {
          sink.number(column.values()[i]);
        }
      }
      sink.endArray();
    };
  }

  /// @param codes index into a dictionary, below 0 for null
  public static StreamedValue codes(int[] codes) {
    return sink -> {
      sink.startArray();
      for (int code : codes) {
        if (code < 0) {
          sink.nothing();
        } else {
          sink.number(code);
        }
      }
      sink.endArray();
    };
  }

  /// Any column, by a function from logical values to finished ones: String, Boolean, Number, or
  /// null.
  public static StreamedValue values(
      ResultColumn column, Function<@Nullable Object, @Nullable Object> finish) {
    return sink -> {
      sink.startArray();
      Object last = null;
      Object finished = finish.apply(null);
      for (int i = 0; i < column.size(); i++) {
        // Answers are mostly ordered by their keys, so that a time comes many times in a row.
        Object value = column.value(i);
        if (!Objects.equals(value, last)) {
          last = value;
          finished = finish.apply(value);
        }
        write(finished, sink);
      }
      sink.endArray();
    };
  }

  private static void write(@Nullable Object value, JsonSink sink) {
    switch (value) {
      case null -> sink.nothing();
      case String text -> sink.string(text);
      case Boolean bool -> sink.bool(bool);
      case Double number -> sink.number(number);
      case Number number -> writeLong(number.longValue(), sink);
      default -> throw new IllegalArgumentException("no cell: " + value.getClass());
    }
  }

  private static void writeLong(long value, JsonSink sink) {
    if (Formats.isSafe(value)) {
      sink.number(value);
    } else {
      sink.string(Long.toString(value));
    }
  }
}
