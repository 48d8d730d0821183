package io.tyto.ingest.avro;

import io.tyto.model.plugin.JsonText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/// What Avro's values mean by their schema, logical types included.
final class AvroValues {
  private static final GenericData DATA = GenericData.get();

  /// The logical type that our own schemas give to texts that are JSON.
  private static final String JSON = "json";

  private static final long MILLIS = 1_000;
  private static final long MICROS = 1_000_000;
  private static final long NANOS = 1_000_000_000;
  private static final long NANOS_PER_DAY = 86_400 * NANOS;
  private static final int UUID_BYTES = 16;

  private AvroValues() {}

  /// IllegalArgumentException where a value is none of its logical type.
  static @Nullable Object of(Schema schema, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (schema.getType()) {
      case NULL -> null;
      case UNION -> of(branch(schema, value), value);
      case RECORD -> new AvroRecord((IndexedRecord) value);
      case ARRAY -> AvroRecord.list(schema.getElementType(), (Iterable<?>) value);
      case MAP -> map(schema.getValueType(), (Map<?, ?>) value);
      case STRING ->
          JSON.equals(schema.getProp(LogicalType.LOGICAL_TYPE_PROP))
              ? new JsonText(value.toString())
              : value.toString();
      case ENUM -> value.toString();
      case BYTES -> bytes(schema, bytesOf((ByteBuffer) value));
      case FIXED -> bytes(schema, ((GenericFixed) value).bytes());
      case INT -> number(schema, (Integer) value, value);
      case LONG -> number(schema, (Long) value, value);
      case FLOAT, DOUBLE, BOOLEAN -> value;
    };
  }

  private static Schema branch(Schema union, Object value) {
    List<Schema> types = union.getTypes();
    if (types.size() == 2) {
      if (types.get(0).getType() == Schema.Type.NULL) {
        return types.get(1);
      }
      if (types.get(1).getType() == Schema.Type.NULL) {
        return types.get(0);
      }
    }
    return types.get(DATA.resolveUnion(union, value));
  }

  private static Map<String, @Nullable Object> map(Schema type, Map<?, ?> values) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    values.forEach((key, value) -> map.put(key.toString(), of(type, value)));
    return map;
  }

  private static byte[] bytesOf(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static Object bytes(Schema schema, byte[] bytes) {
    LogicalType type = schema.getLogicalType();
    if (type instanceof LogicalTypes.Decimal decimal) {
      if (bytes.length == 0) {
        throw new IllegalArgumentException("a decimal of no bytes");
      }
      return new BigDecimal(new BigInteger(bytes), decimal.getScale());
    }
    if (type instanceof LogicalTypes.Uuid && bytes.length == UUID_BYTES) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new UUID(buffer.getLong(), buffer.getLong());
    }
    if (type instanceof LogicalTypes.BigDecimal) {
      return bigDecimal(bytes);
    }
    return bytes;
  }

  /// Its bytes are an Avro value of their own: the unscaled bytes and the scale.
  private static BigDecimal bigDecimal(byte[] bytes) {
    BoundedDecoder inner = new BoundedDecoder();
    inner.begin(bytes, 0, bytes.length);
    try {
      ByteBuffer unscaled = inner.readBytes(null);
      int scale = inner.readInt();
      if (unscaled.remaining() > 0) {
        return new BigDecimal(new BigInteger(bytesOf(unscaled)), scale);
      }
    } catch (MalformedAvroException e) {
      throw new IllegalArgumentException("a big-decimal that is none: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("a big-decimal of no bytes");
  }

  private static Object number(Schema schema, long value, Object plain) {
    LogicalType type = schema.getLogicalType();
    return switch (type) {
      case null -> plain;
      case LogicalTypes.Date _ -> LocalDate.ofEpochDay(value);
      case LogicalTypes.TimestampMillis _, LogicalTypes.LocalTimestampMillis _ ->
          instant(value, MILLIS);
      case LogicalTypes.TimestampMicros _, LogicalTypes.LocalTimestampMicros _ ->
          instant(value, MICROS);
      case LogicalTypes.TimestampNanos _, LogicalTypes.LocalTimestampNanos _ ->
          instant(value, NANOS);
      case LogicalTypes.TimeMillis _ -> time(value, MILLIS);
      case LogicalTypes.TimeMicros _ -> time(value, MICROS);
      default -> plain;
    };
  }

  private static Instant instant(long count, long perSecond) {
    long second = Math.floorDiv(count, perSecond);
    return Instant.ofEpochSecond(second, Math.floorMod(count, perSecond) * (NANOS / perSecond));
  }

  private static LocalTime time(long count, long perSecond) {
    if (count < 0 || count >= NANOS_PER_DAY / (NANOS / perSecond)) {
      throw new IllegalArgumentException("a time of day that is none: " + count);
    }
    return LocalTime.ofNanoOfDay(count * (NANOS / perSecond));
  }
}
