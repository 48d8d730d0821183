package io.tyto.model.schema;

/// The type of a column: one of eleven scalars, or a list of one of them.
///
/// The textual form (`decimal(18,2)`, `string[]`) is what configs say and what toString prints.
// The constants below are safe to meet from two threads at once: ColumnType has no default method,
// so making a StringType does not initialise ColumnType.
@SuppressWarnings("ClassInitializationDeadlock")
public sealed interface ColumnType {

  /// How the engine holds values of this type: see {@link Physical}.
  Physical physical();

  /// The scalar itself, or the element type of a list.
  Scalar element();

  boolean isList();

  /// A type whose values are single.
  sealed interface Scalar extends ColumnType {
    @Override
    default Scalar element() {
      return this;
    }

    @Override
    default boolean isList() {
      return false;
    }
  }

  /// Valid UTF-8, at most {@link #MAX_BYTES} bytes, ordered by unsigned bytes.
  record StringType() implements Scalar {
    public static final int MAX_BYTES = 1 << 20;

    @Override
    public Physical physical() {
      return Physical.BYTES;
    }

    @Override
    public String toString() {
      return "string";
    }
  }

  record BoolType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.LONG;
    }

    @Override
    public String toString() {
      return "bool";
    }
  }

  /// 32-bit signed integer.
  record IntType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.LONG;
    }

    @Override
    public String toString() {
      return "int";
    }
  }

  /// 64-bit signed integer.
  record LongType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.LONG;
    }

    @Override
    public String toString() {
      return "long";
    }
  }

  /// Finite IEEE 754 double; -0.0 equals 0.0 in filters and groups.
  record DoubleType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.DOUBLE;
    }

    @Override
    public String toString() {
      return "double";
    }
  }

  /// Exact decimal with `scale` fraction digits: a scaled long to 18 digits, 16 sortable bytes
  /// beyond.
  record DecimalType(int precision, int scale) implements Scalar {
    public static final int MAX_PRECISION = 38;
    public static final int MAX_LONG_PRECISION = 18;

    public DecimalType {
      if (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision) {
        throw new IllegalArgumentException(
            "decimal(%d,%d): precision must be 1 to 38 and scale 0 to precision"
                .formatted(precision, scale));
      }
    }

    @Override
    public Physical physical() {
      return precision <= MAX_LONG_PRECISION ? Physical.LONG : Physical.BYTES;
    }

    @Override
    public String toString() {
      return "decimal(" + precision + "," + scale + ")";
    }
  }

  /// Instant as an int64 count of `unit` since 1970-01-01T00:00:00Z; finer input is floored.
  record TimestampType(TimestampUnit unit) implements Scalar {
    @Override
    public Physical physical() {
      return Physical.LONG;
    }

    @Override
    public String toString() {
      return unit == TimestampUnit.MICROS ? "timestamp" : "timestamp(" + unit.symbol() + ")";
    }
  }

  /// Calendar day as days since 1970-01-01.
  record DateType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.LONG;
    }

    @Override
    public String toString() {
      return "date";
    }
  }

  /// 16 bytes, ordered unsigned.
  record UuidType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.BYTES;
    }

    @Override
    public String toString() {
      return "uuid";
    }
  }

  /// IPv6 address in 16 bytes; IPv4 is held as ::ffff:a.b.c.d.
  record IpType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.BYTES;
    }

    @Override
    public String toString() {
      return "ip";
    }
  }

  /// One JSON value kept whole as its UTF-8 text, addressable by path. Never an element of a list.
  record JsonType() implements Scalar {
    @Override
    public Physical physical() {
      return Physical.BYTES;
    }

    @Override
    public String toString() {
      return "json";
    }
  }

  /// A list keeps order and duplicates; null list, empty list and null element are three things.
  record ListType(Scalar element) implements ColumnType {
    public ListType {
      if (element instanceof JsonType) {
        throw new IllegalArgumentException("json[] does not exist: declare the field as json");
      }
    }

    @Override
    public boolean isList() {
      return true;
    }

    /// The physical form of the elements.
    @Override
    public Physical physical() {
      return element.physical();
    }

    @Override
    public String toString() {
      return element + "[]";
    }
  }

  StringType STRING = new StringType();
  BoolType BOOL = new BoolType();
  IntType INT = new IntType();
  LongType LONG = new LongType();
  DoubleType DOUBLE = new DoubleType();
  TimestampType TIMESTAMP = new TimestampType(TimestampUnit.MICROS);
  DateType DATE = new DateType();
  UuidType UUID = new UuidType();
  IpType IP = new IpType();
  JsonType JSON = new JsonType();

  /// Parses the textual form; throws IllegalArgumentException that says what was expected.
  static ColumnType parse(String text) {
    return ColumnTypeParser.parse(text);
  }
}
