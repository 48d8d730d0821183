package io.tyto.engine.state;

import io.tyto.model.schema.Physical;
import java.util.Objects;
import org.apache.datasketches.hll.HllSketch;
import org.jspecify.annotations.Nullable;

/// States as bytes: which elements have a value, then their values in the order of the layout.
///
/// ```
/// varint       bit i set: element i has a value
/// COUNT        varint
/// SUM          integers: varint 0, signed varint; or, beyond 64 bits, varint 1, 8 bytes high, 8 low
///              doubles: 8 bytes sum, 8 bytes compensation
/// AVG          as SUM, then varint number of values
/// MIN, MAX     value: signed varint, 8 bytes of a double, or varint length and bytes
/// FIRST, LAST  signed varint event time in microseconds, value
/// DISTINCT     varint length, HyperLogLog in the compact form of its library
/// MOMENTS      varint number, 8 bytes mean, 8 bytes sum of squared deviations
/// ```
///
/// Thread-safe: no state.
final class StateCodec {
  private static final int NARROW = 0;
  private static final int WIDE = 1;

  private StateCodec() {}

  static void encode(
      StateLayout layout,
      long[] words,
      int base,
      @Nullable Object[] objects,
      int objectBase,
      StateBytes to) {
    to.clear();
    long present = words[base];
    to.putVarint(present);
    for (int i = 0; i < layout.elements().size(); i++) {
      if ((present >>> i & 1) != 0) {
        StateElement element = layout.elements().get(i);
        int at = base + layout.wordAt(i);
        Object object =
            element.function().hasObject(element.form())
                ? objects[objectBase + layout.objectAt(i)]
                : null;
        encode(element, words, at, object, to);
      }
    }
  }

  private static void encode(
      StateElement element, long[] words, int at, @Nullable Object object, StateBytes to) {
    switch (element.function()) {
      case COUNT -> to.putVarint(words[at]);
      case SUM -> putSum(element, words, at, to);
      case AVG -> {
        putSum(element, words, at, to);
        to.putVarint(words[at + 2]);
      }
      case MIN, MAX -> putValue(element, words, at, object, to);
      case FIRST, LAST -> {
        to.putSigned(words[at]);
        putValue(element, words, at + 1, object, to);
      }
      case DISTINCT ->
          to.putBytes(((HllSketch) Objects.requireNonNull(object)).toCompactByteArray());
      case MOMENTS -> {
        to.putVarint(words[at]);
        to.putFixed(words[at + 1]);
        to.putFixed(words[at + 2]);
      }
    }
  }

  private static void putSum(StateElement element, long[] words, int at, StateBytes to) {
    if (element.form() == Physical.DOUBLE) {
      to.putFixed(words[at]);
      to.putFixed(words[at + 1]);
    } else if (words[at] == words[at + 1] >> 63) {
      to.putVarint(NARROW);
      to.putSigned(words[at + 1]);
    } else {
      to.putVarint(WIDE);
      to.putFixed(words[at]);
      to.putFixed(words[at + 1]);
    }
  }

  private static void putValue(
      StateElement element, long[] words, int at, @Nullable Object object, StateBytes to) {
    switch (element.form()) {
      case LONG -> to.putSigned(words[at]);
      case DOUBLE -> to.putFixed(words[at]);
      case BYTES -> to.putBytes((byte[]) Objects.requireNonNull(object));
    }
  }

  /// IndexOutOfBoundsException or another RuntimeException where the bytes are no state of the
  /// layout.
  static void decode(
      StateLayout layout,
      StateBytes from,
      long[] words,
      int base,
      @Nullable Object[] objects,
      int objectBase) {
    long present = from.varint();
    words[base] = present;
    for (int i = 0; i < layout.elements().size(); i++) {
      if ((present >>> i & 1) != 0) {
        StateElement element = layout.elements().get(i);
        Object object = decode(element, from, words, base + layout.wordAt(i));
        if (object != null) {
          objects[objectBase + layout.objectAt(i)] = object;
        }
      }
    }
    if (!from.isRead() || present >>> layout.elements().size() != 0) {
      throw new IndexOutOfBoundsException("a state of another layout: " + from.length() + " bytes");
    }
  }

  private static @Nullable Object decode(
      StateElement element, StateBytes from, long[] words, int at) {
    switch (element.function()) {
      case COUNT -> words[at] = from.varint();
      case SUM -> readSum(element, from, words, at);
      case AVG -> {
        readSum(element, from, words, at);
        words[at + 2] = from.varint();
      }
      case MIN, MAX -> {
        return readValue(element, from, words, at);
      }
      case FIRST, LAST -> {
        words[at] = from.signed();
        return readValue(element, from, words, at + 1);
      }
      case DISTINCT -> {
        return HllSketch.heapify(from.bytes());
      }
      case MOMENTS -> {
        words[at] = from.varint();
        words[at + 1] = from.fixed();
        words[at + 2] = from.fixed();
      }
    }
    return null;
  }

  private static void readSum(StateElement element, StateBytes from, long[] words, int at) {
    if (element.form() == Physical.DOUBLE || from.varint() == WIDE) {
      words[at] = from.fixed();
      words[at + 1] = from.fixed();
    } else {
      words[at + 1] = from.signed();
      words[at] = words[at + 1] >> 63;
    }
  }

  private static @Nullable Object readValue(
      StateElement element, StateBytes from, long[] words, int at) {
    switch (element.form()) {
      case LONG -> words[at] = from.signed();
      case DOUBLE -> words[at] = from.fixed();
      case BYTES -> {
        return from.bytes();
      }
    }
    return null;
  }
}
