package io.tyto.gateway.document;

import io.tyto.graphqlschema.DocumentId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Documents that came with their hash, least recently used go first. Bounded by number and by
/// characters. Thread-safe.
final class RecentDocuments {
  private static final int MAX_DOCUMENTS = 10_000;
  private static final int MAX_CHARACTERS = 16 << 20;

  /// A longer one would drive out many.
  private static final int MAX_LENGTH = 100_000;

  private final Map<DocumentId, String> texts = new LinkedHashMap<>(16, 0.75f, true);
  private long characters;

  synchronized @Nullable String get(DocumentId id) {
    return texts.get(id);
  }

  synchronized void put(DocumentId id, String text) {
    if (text.length() > MAX_LENGTH || texts.putIfAbsent(id, text) != null) {
      return;
    }
    characters += text.length();
    Iterator<String> oldest = texts.values().iterator();
    while (texts.size() > MAX_DOCUMENTS || characters > MAX_CHARACTERS) {
      characters -= oldest.next().length();
      oldest.remove();
    }
  }
}
