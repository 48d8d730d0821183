package io.tyto.engine.state;

import io.tyto.engine.encoding.PayloadBuilder;
import io.tyto.model.schema.Physical;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Which elements the states of a collection have, and where each stands. Immutable.
///
/// In memory a state is words: which elements have a value (bit i for element i), then the words of
/// each element; and beside them one object for each element that holds bytes or a sketch. Stored,
/// a layout is
///
/// ```
/// u16 elements; for each: u8 function, u8 form (0 long, 1 double, 2 bytes), u32 column, u16 length
/// of the meaning, meaning (UTF-8)
/// ```
public final class StateLayout {
  /// One bit each.
  public static final int MAX_ELEMENTS = 63;

  public static final StateLayout EMPTY = new StateLayout(List.of());

  private final List<StateElement> elements;
  private final int[] wordAt;
  private final int[] objectAt;
  private final int words;
  private final int objects;

  public StateLayout(List<StateElement> elements) {
    if (elements.size() > MAX_ELEMENTS || new HashSet<>(elements).size() < elements.size()) {
      throw new IllegalArgumentException(
          "at most %d elements, each once: %s".formatted(MAX_ELEMENTS, elements));
    }
    this.elements = List.copyOf(elements);
    wordAt = new int[elements.size()];
    objectAt = new int[elements.size()];
    int word = 1;
    int object = 0;
    for (int i = 0; i < wordAt.length; i++) {
      StateElement element = elements.get(i);
      wordAt[i] = word;
      objectAt[i] = object;
      word += element.function().words(element.form());
      object += element.function().hasObject(element.form()) ? 1 : 0;
    }
    words = word;
    objects = object;
  }

  public List<StateElement> elements() {
    return elements;
  }

  public boolean isEmpty() {
    return elements.isEmpty();
  }

  /// Place of an element, or -1.
  public int indexOf(StateElement element) {
    return elements.indexOf(element);
  }

  int words() {
    return words;
  }

  int objects() {
    return objects;
  }

  int wordAt(int element) {
    return wordAt[element];
  }

  int objectAt(int element) {
    return objectAt[element];
  }

  public PayloadBuilder write() {
    PayloadBuilder target = new PayloadBuilder().putShort(elements.size());
    for (StateElement element : elements) {
      byte[] meaning = element.meaning().getBytes(StandardCharsets.UTF_8);
      target
          .putByte(element.function().id())
          .putByte(element.form().ordinal())
          .putInt(element.columnId())
          .putShort(meaning.length)
          .putBytes(meaning, 0, meaning.length);
    }
    return target;
  }

  /// RuntimeException where the bytes are no layout.
  public static StateLayout read(ByteBuffer source) {
    ByteBuffer bytes = source.duplicate().order(source.order());
    int count = bytes.getShort() & 0xffff;
    List<StateElement> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StateFunction function = StateFunction.of(bytes.get());
      Physical form = Physical.values()[bytes.get()];
      int column = bytes.getInt();
      byte[] meaning = new byte[bytes.getShort() & 0xffff];
      bytes.get(meaning);
      elements.add(
          new StateElement(function, column, form, new String(meaning, StandardCharsets.UTF_8)));
    }
    return new StateLayout(elements);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StateLayout layout && layout.elements.equals(elements);
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }

  @Override
  public String toString() {
    return elements.toString();
  }
}
