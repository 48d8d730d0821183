package io.tyto.gateway.export;

import java.nio.charset.StandardCharsets;

/// Texts laid end to end, as Arrow has them. Not thread-safe.
final class ArrowTexts {
  static final Bytes NONE = new Bytes();

  private final Bytes offsets = new Bytes();
  private final Bytes values = new Bytes();

  ArrowTexts() {
    clear();
  }

  void add(String text) {
    values.add(text.getBytes(StandardCharsets.UTF_8));
    offsets.addInt(values.size());
  }

  int count() {
    return offsets.size() / Integer.BYTES - 1;
  }

  Bytes offsets() {
    return offsets;
  }

  Bytes values() {
    return values;
  }

  int sizeBytes() {
    return offsets.size() + values.size();
  }

  void clear() {
    offsets.clear();
    values.clear();
    offsets.addInt(0);
  }
}
