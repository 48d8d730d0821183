package io.tyto.cluster.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import io.tyto.engine.group.BucketAxis;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Records as JSON and back: a component is a member of its name, a record of a sealed interface
/// says in `is` which it is, and an `Object` says the type of its value.
///
/// Only classes that the asked-for type can reach are ever made, so that bytes from elsewhere
/// cannot name one. A member that the reader does not know is refused, as it may change what is
/// asked; where something is told and nothing asked it is left out ({@link #readKnown}). One that
/// is missing is null, or as a primitive 0 or false, which is how components are added.
/// Thread-safe.
public final class RecordJson {
  /// No question of a caller's is nested deeper, as GraphQL bounds its own depth.
  private static final int MAX_DEPTH = 500;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  /// Says which record of a sealed interface follows.
  private static final String IS = "is";

  private RecordJson() {}

  /// IllegalArgumentException for a value that has no form here.
  public static String write(Record value, Class<?> type) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      write(value, type, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /// IllegalArgumentException where the text does not say one, or says more than is known here.
  public static <T> T read(String text, Class<T> type) {
    return read(text, type, false);
  }

  /// The same without what is not known here: of what a newer release tells.
  public static <T> T readKnown(String text, Class<T> type) {
    return read(text, type, true);
  }

  private static <T> T read(String text, Class<T> type, boolean isLenient) {
    try (JsonParser strict = JSON.createParser(text);
        JsonParser in = isLenient ? new Lenient(strict) : strict) {
      in.nextToken();
      T value = type.cast(read(in, type));
      if (value == null || in.nextToken() != null) {
        throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + excerpt(text));
      }
      return value;
    } catch (IOException e) {
      throw new IllegalArgumentException("no JSON: " + excerpt(text), e);
    }
  }

  /// What its reader does not know is skipped.
  private static final class Lenient extends JsonParserDelegate {
    Lenient(JsonParser of) {
      super(of);
    }
  }

  private static String excerpt(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }

  private static void write(@Nullable Object value, Type type, JsonGenerator out)
      throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Object literal when type == Object.class -> writeLiteral(literal, out);
      case Record record -> writeRecord(record, type, out);
      case List<?> list -> {
        out.writeStartArray();
        for (Object each : list) {
          write(each, argument(type, 0), out);
        }
        out.writeEndArray();
      }
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> each : map.entrySet()) {
          out.writeFieldName(String.valueOf(each.getKey()));
          write(each.getValue(), argument(type, 1), out);
        }
        out.writeEndObject();
      }
      case BucketAxis axis -> write(axis.boundaries(), long[].class, out);
      case long[] longs -> out.writeArray(longs, 0, longs.length);
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeString(number.toString());
      case Enum<?> constant -> out.writeString(constant.name());
      case String text -> out.writeString(text);
      case Instant time -> out.writeString(time.toString());
      case ZoneId zone -> out.writeString(zone.getId());
      default -> throw new IllegalArgumentException(value.getClass() + " is not sent");
    }
  }

  private static void writeRecord(Record record, Type type, JsonGenerator out) throws IOException {
    out.writeStartObject();
    if (type instanceof Class<?> declared && declared.isSealed()) {
      out.writeStringField(IS, record.getClass().getSimpleName());
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = get(component, record);
      if (value != null) {
        out.writeFieldName(component.getName());
        write(value, component.getGenericType(), out);
      }
    }
    out.writeEndObject();
  }

  private static @Nullable Object get(RecordComponent component, Record record) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true); // the record may be one of a package's own
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  /// Values of columns, as filters compare with them.
  private static void writeLiteral(Object value, JsonGenerator out) throws IOException {
    String type =
        switch (value) {
          case String _ -> "string";
          case Boolean _ -> "bool";
          case Long _ -> "long";
          case Integer _ -> "int";
          case Double _ -> "double";
          case BigDecimal _ -> "decimal";
          case Instant _ -> "time";
          case LocalDate _ -> "date";
          case UUID _ -> "uuid";
          case InetAddress _ -> "ip";
          default ->
              throw new IllegalArgumentException(value.getClass() + " is no value of a column");
        };
    String text = value instanceof InetAddress ip ? ip.getHostAddress() : value.toString();
    out.writeStartObject();
    out.writeStringField(type, text);
    out.writeEndObject();
  }

  private static Object literal(String type, String text) {
    try {
      return switch (type) {
        case "string" -> text;
        case "bool" -> Boolean.valueOf(text);
        case "long" -> Long.valueOf(text);
        case "int" -> Integer.valueOf(text);
        case "double" -> Double.valueOf(text);
        case "decimal" -> new BigDecimal(text);
        case "time" -> Instant.parse(text);
        case "date" -> LocalDate.parse(text);
        case "uuid" -> UUID.fromString(text);
        case "ip" -> InetAddress.ofLiteral(text);
        default -> throw new IllegalArgumentException("no value of a column: " + type);
      };
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("no " + type + ": " + excerpt(text), e);
    }
  }

  private static Type argument(Type type, int i) {
    if (type instanceof ParameterizedType generic) {
      return generic.getActualTypeArguments()[i];
    }
    throw new IllegalArgumentException(type + " does not say of what it is");
  }

  private static @Nullable Object read(JsonParser in, Type type) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == Map.class
          ? readMap(in, argument(type, 0), argument(type, 1))
          : readList(in, argument(type, 0));
    }
    if (!(type instanceof Class<?> declared)) {
      throw new IllegalArgumentException(type + " is not sent");
    }
    if (declared == Object.class) {
      require(in, JsonToken.START_OBJECT);
      String name = in.nextFieldName();
      in.nextToken();
      Object value = literal(String.valueOf(name), in.getText());
      in.nextToken();
      require(in, JsonToken.END_OBJECT);
      return value;
    }
    if (declared.isSealed() || declared.isRecord()) {
      return readRecord(in, declared);
    }
    return readScalar(in, declared);
  }

  private static Object readScalar(JsonParser in, Class<?> type) throws IOException {
    if (type == boolean.class || type == Boolean.class) {
      return in.getBooleanValue();
    }
    if (type == int.class || type == Integer.class) {
      return in.getIntValue();
    }
    if (type == long.class || type == Long.class) {
      return in.getLongValue();
    }
    if (type == BucketAxis.class) {
      return new BucketAxis((long[]) readScalar(in, long[].class));
    }
    if (type == long[].class) {
      List<Long> values = new ArrayList<>();
      require(in, JsonToken.START_ARRAY);
      while (in.nextToken() != JsonToken.END_ARRAY) {
        values.add(in.getLongValue());
      }
      return values.stream().mapToLong(Long::longValue).toArray();
    }
    require(in, JsonToken.VALUE_STRING);
    String text = in.getText();
    if (type.isEnum()) {
      return constant(type, text);
    }
    if (type == String.class) {
      return text;
    }
    if (type == double.class || type == Double.class) {
      return literal("double", text);
    }
    if (type == Instant.class) {
      return literal("time", text);
    }
    if (type == ZoneId.class) {
      return ZoneId.of(text);
    }
    throw new IllegalArgumentException(type + " is not sent");
  }

  private static Object constant(Class<?> type, String name) {
    for (Object each : type.getEnumConstants()) {
      if (((Enum<?>) each).name().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "%s is none of %s; does the other node run a newer version?"
            .formatted(name, type.getSimpleName()));
  }

  private static List<@Nullable Object> readList(JsonParser in, Type of) throws IOException {
    require(in, JsonToken.START_ARRAY);
    List<@Nullable Object> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(read(in, of));
    }
    return list;
  }

  private static Map<Object, @Nullable Object> readMap(JsonParser in, Type keys, Type values)
      throws IOException {
    require(in, JsonToken.START_OBJECT);
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      in.nextToken();
      map.put(keys == Integer.class ? Integer.valueOf(name) : name, read(in, values));
    }
    return map;
  }

  private static Object readRecord(JsonParser in, Class<?> declared) throws IOException {
    require(in, JsonToken.START_OBJECT);
    Class<?> type = declared;
    String name = in.nextFieldName();
    if (declared.isSealed()) {
      if (!IS.equals(name)) {
        throw new IllegalArgumentException("a " + declared.getSimpleName() + " that is of no kind");
      }
      type = permitted(declared, String.valueOf(in.nextTextValue()));
      name = in.nextFieldName();
    }
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] values = new Object[components.length];
    for (; name != null; name = in.nextFieldName()) {
      int place = place(components, name);
      in.nextToken();
      if (place >= 0) {
        values[place] = read(in, components[place].getGenericType());
      } else if (in instanceof Lenient) {
        in.skipChildren();
      } else {
        throw new IllegalArgumentException(
            "a %s has no %s; does the other node run a newer version?"
                .formatted(type.getSimpleName(), name));
      }
    }
    return make(type, components, values);
  }

  private static Class<?> permitted(Class<?> sealed, String name) {
    for (Class<?> each : sealed.getPermittedSubclasses()) {
      if (each.getSimpleName().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "%s is no %s; does the other node run a newer version?"
            .formatted(name, sealed.getSimpleName()));
  }

  /// -1: none of them has that name.
  private static int place(RecordComponent[] components, String name) {
    for (int i = 0; i < components.length; i++) {
      if (components[i].getName().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private static Object make(
      Class<?> type, RecordComponent[] components, @Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] == null ? absent(types[i]) : values[i];
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("no " + type.getSimpleName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
    }
  }

  private static @Nullable Object absent(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    if (type == double.class) {
      return 0.0;
    }
    return type == long.class ? (Object) 0L : null;
  }

  private static void require(JsonParser in, JsonToken token) {
    if (in.currentToken() != token) {
      throw new IllegalArgumentException(
          "%s where %s was expected".formatted(in.currentToken(), token));
    }
  }
}
