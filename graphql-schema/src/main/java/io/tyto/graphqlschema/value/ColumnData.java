package io.tyto.graphqlschema.value;

import io.tyto.model.result.ResultColumn;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Columns that write themselves as one JSON array, straight from the engine's vectors.
public final class ColumnData {

  private ColumnData() {}

  /// Integers as numbers, past 2^53 as strings; see {@link Longs}.
  public static StreamedValue longs(ResultColumn.Longs column) {
    boolean areStrings = Longs.areStrings();
    return sink -> {
      sink.startArray();
      for (int i = 0; i < column.size(); i++) {
        if (column.nulls().get(i)) {
          sink.nothing();
        } else {
          writeLong(column.values()[i], areStrings, sink);
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

  /// Texts as they are.
  public static StreamedValue texts(List<String> texts) {
    return sink -> {
      sink.startArray();
      texts.forEach(sink::string);
      sink.endArray();
    };
  }

  /// Any column, by a function from logical values to finished ones: String, Boolean, Number, or
  /// null.
  public static StreamedValue values(
      ResultColumn column, Function<@Nullable Object, @Nullable Object> finish) {
    boolean areStrings = Longs.areStrings();
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
        write(finished, areStrings, sink);
      }
      sink.endArray();
    };
  }

  private static void write(@Nullable Object value, boolean areStrings, JsonSink sink) {
    switch (value) {
      case null -> sink.nothing();
      case String text -> sink.string(text);
      case Boolean bool -> sink.bool(bool);
      case Double number -> sink.number(number);
      case Number number -> writeLong(number.longValue(), areStrings, sink);
      default -> throw new IllegalArgumentException("no cell: " + value.getClass());
    }
  }

  private static void writeLong(long value, boolean areStrings, JsonSink sink) {
    if (Formats.isSafe(value) && !areStrings) {
      sink.number(value);
    } else {
      sink.string(Long.toString(value));
    }
  }
}
