package io.tyto.engine.expression;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.BoolType;
import io.tyto.model.schema.ColumnType.DateType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.IntType;
import io.tyto.model.schema.ColumnType.IpType;
import io.tyto.model.schema.ColumnType.JsonType;
import io.tyto.model.schema.ColumnType.LongType;
import io.tyto.model.schema.ColumnType.Scalar;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.ColumnType.TimestampType;
import io.tyto.model.schema.ColumnType.UuidType;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.JsonPointer.Each;
import io.tyto.model.schema.JsonPointer.Member;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds values in JSON text by a pointer. What is absent, malformed or of another kind than asked
/// for is null. Immutable and thread-safe.
///
/// A list takes every value that a `*` reaches, the elements of an array it points at, or a single
/// value alone, as fields mapped by a pointer do: `*` over anything but an array is the thing
/// itself, elements that lack a member of the path are left out, JSON nulls are null elements.
final class JsonValues {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonPointer pointer;
  private final ColumnType type;

  JsonValues(JsonPointer pointer, ColumnType type) {
    this.pointer = pointer;
    this.type = type;
  }

  /// The value, or a list of elements, in the form of {@link Operands}.
  @Nullable Object find(String document) {
    try (JsonParser parser = JSON.createParser(document)) {
      Search search = new Search(parser, document);
      if (parser.nextToken() != null) {
        search.descend(0);
      }
      return search.result();
    } catch (IOException e) {
      // Text that is not JSON, or ends early, has no values.
      return null;
    }
  }

  /// One walk through one document.
  private final class Search {
    private final JsonParser parser;
    private final String document;
    private final List<@Nullable Object> found = new ArrayList<>();

    /// A null and an empty list differ: something was there to look into.
    private boolean isFound;

    Search(JsonParser parser, String document) {
      this.parser = parser;
      this.document = document;
    }

    @Nullable Object result() {
      if (!isFound) {
        return null;
      }
      if (type.isList()) {
        return found.toArray();
      }
      return found.isEmpty() ? null : found.getFirst();
    }

    /// Stands on the first token of a value and leaves on its last.
    void descend(int depth) throws IOException {
      if (depth == pointer.steps().size()) {
        take();
        return;
      }
      JsonToken token = parser.currentToken();
      switch (pointer.steps().get(depth)) {
        case Each _ when token == JsonToken.START_ARRAY -> {
          isFound = true;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            descend(depth + 1);
          }
        }
        case Each _ when token != JsonToken.VALUE_NULL -> descend(depth + 1);
        case Member(String name) when token == JsonToken.START_OBJECT -> member(name, depth);
        case Member member when token == JsonToken.START_ARRAY -> element(member.index(), depth);
        case Each _, Member _ -> parser.skipChildren();
      }
    }

    private void member(String name, int depth) throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isIt = name.equals(parser.currentName());
        parser.nextToken();
        if (isIt) {
          descend(depth + 1);
        } else {
          parser.skipChildren();
        }
      }
    }

    private void element(int index, int depth) throws IOException {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        if (i == index) {
          descend(depth + 1);
        } else {
          parser.skipChildren();
        }
      }
    }

    private void take() throws IOException {
      Scalar scalar = type.element();
      boolean isElement = type.isList();
      if (isElement && !pointer.isMany() && parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      isFound = true;
      if (isElement && !pointer.isMany() && parser.currentToken() == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          add(scalar, true);
        }
      } else {
        add(scalar, isElement);
      }
    }

    private void add(Scalar scalar, boolean isElement) throws IOException {
      Object value = value(scalar);
      found.add(value != null && isElement ? Operands.toElement(scalar, value) : value);
    }

    /// The value under the parser, or null where it is not of the type; leaves on its last token.
    private @Nullable Object value(Scalar scalar) throws IOException {
      return switch (scalar) {
        case StringType _ -> text();
        case BoolType _ -> bool();
        case LongType _ -> {
          BigDecimal number = number();
          BigDecimal whole = number == null ? null : Numbers.exact(number, new DecimalType(19, 0));
          yield whole == null || whole.toBigInteger().bitLength() >= Long.SIZE
              ? null
              : (Long) whole.longValueExact();
        }
        case DoubleType _ -> {
          BigDecimal number = number();
          yield number == null ? null : Numbers.finite(number.doubleValue());
        }
        case DecimalType decimal -> {
          BigDecimal number = number();
          yield number == null ? null : Numbers.exact(number, decimal);
        }
        case IntType _, TimestampType _, DateType _, UuidType _, IpType _, JsonType _ ->
            throw new IllegalStateException("json() gives no " + scalar);
      };
    }

    /// Text of a scalar, or an object or array as its JSON.
    private @Nullable String text() throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_NULL -> null;
        case START_OBJECT, START_ARRAY -> {
          int from = (int) parser.currentTokenLocation().getCharOffset();
          parser.skipChildren();
          yield document.substring(from, (int) parser.currentLocation().getCharOffset());
        }
        default -> parser.getText();
      };
    }

    private @Nullable Boolean bool() throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        default -> {
          parser.skipChildren();
          yield null;
        }
      };
    }

    private @Nullable BigDecimal number() throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
        default -> {
          parser.skipChildren();
          yield null;
        }
      };
    }
  }
}
