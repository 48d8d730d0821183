package io.tyto.gateway.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.tyto.graphqlschema.value.JsonSink;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON text <-> maps, lists, strings, numbers, booleans, null; and {@link StreamedValue} on the
/// way out. Thread-safe.
public final class JsonText {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER_CHARACTERS = 100;
  private static final int MAX_STRING_CHARACTERS = 1 << 20;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_CHARACTERS)
                  .maxStringLength(MAX_STRING_CHARACTERS)
                  .build())
          .build();

  private JsonText() {}

  /// BAD_JSON with the position where the text stops being JSON.
  public static @Nullable Object parse(byte[] text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new TytoException(ErrorCode.BAD_JSON, "the body is empty; expected a JSON object");
      }
      Object value = read(parser);
      if (parser.nextToken() != null) {
        throw new TytoException(
            ErrorCode.BAD_JSON, "the body goes on after its JSON value at " + position(parser));
      }
      return value;
    } catch (JacksonException e) {
      throw new TytoException(
          ErrorCode.BAD_JSON,
          "the body is not JSON: %s (line %d, column %d)"
              .formatted(
                  fault(e),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr()),
          e);
    } catch (NumberFormatException e) {
      throw new TytoException(
          ErrorCode.BAD_JSON, "the body has a number whose exponent is beyond all numbers", e);
    } catch (IOException e) {
      // Nothing is read but memory: what fails is the text.
      throw new TytoException(ErrorCode.BAD_JSON, "the body is not text in UTF-8", e);
    }
  }

  /// The parser's own words name its classes and settings, which are not the client's business.
  private static String fault(JacksonException cause) {
    return switch (cause) {
      case StreamConstraintsException _ ->
          "it nests deeper than %d, or has a number of more than %d characters or a string that is too long"
              .formatted(MAX_DEPTH, MAX_NUMBER_CHARACTERS);
      case JsonEOFException _ -> "it ends too early";
      default ->
          String.valueOf(cause.getOriginalMessage()).startsWith("Duplicate")
              ? "an object has two members of one name"
              : "it cannot be read";
    };
  }

  public static Buffer of(@Nullable Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
    try (JsonGenerator generator = JSON.createGenerator(bytes)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  private static String position(JsonParser parser) {
    return "line %d, column %d"
        .formatted(parser.currentLocation().getLineNr(), parser.currentLocation().getColumnNr());
  }

  // Recursion is bounded by MAX_DEPTH.
  private static @Nullable Object read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, read(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValueExact();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("unexpected token " + parser.currentToken());
    };
  }

  /// Writes what {@link #of} takes.
  public static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          generator.writeFieldName(String.valueOf(entry.getKey()));
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case Iterable<?> list -> {
        generator.writeStartArray();
        for (Object element : list) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      case StreamedValue streamed -> streamed.writeTo(new GeneratorSink(generator));
      case String text -> generator.writeString(text);
      case Boolean bool -> generator.writeBoolean(bool);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Double number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(number);
      case BigInteger number -> generator.writeNumber(number);
      default -> generator.writeString(value.toString());
    }
  }

  private record GeneratorSink(JsonGenerator generator) implements JsonSink {
    private interface Step {
      void run() throws IOException;
    }

    private static void step(Step step) {
      try {
        step.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void startArray() {
      step(generator::writeStartArray);
    }

    @Override
    public void endArray() {
      step(generator::writeEndArray);
    }

    @Override
    public void number(long value) {
      step(() -> generator.writeNumber(value));
    }

    @Override
    public void number(double value) {
      step(() -> generator.writeNumber(value));
    }

    @Override
    public void string(String value) {
      step(() -> generator.writeString(value));
    }

    @Override
    public void bool(boolean value) {
      step(() -> generator.writeBoolean(value));
    }

    @Override
    public void nothing() {
      step(generator::writeNull);
    }

    @Override
    public void raw(String json) {
      step(() -> generator.writeRawValue(json));
    }
  }
}
