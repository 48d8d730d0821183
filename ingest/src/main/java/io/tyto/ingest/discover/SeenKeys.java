package io.tyto.ingest.discover;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keys of one collection that were seen and are no columns yet. Not thread-safe.
final class SeenKeys {
  /// Keys watched at once; events that make up new keys all the time are told by that.
  static final int MAX_KEYS = 2_000;

  /// Longer keys are values rather than names.
  private static final int MAX_KEY_LENGTH = 100;

  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, KeyValues> keys = new LinkedHashMap<>();
  private boolean isFull;

  /// Looks at one event's object. What cannot be read is passed over: it was taken as JSON before.
  void add(byte[] json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        parser.nextToken();
        KeyValues values = valuesOf(key);
        if (values == null) {
          parser.skipChildren();
        } else {
          values.add(parser);
        }
      }
    } catch (IOException | ArithmeticException e) {
      // A number beyond all measure, for one; the key shows itself in other events.
    }
  }

  /// Whether there were more keys than are watched.
  boolean isFull() {
    return isFull;
  }

  /// Keys that were seen often enough, in the order in which they came.
  List<FoundKey> found(int after) {
    List<FoundKey> found = new ArrayList<>();
    keys.forEach((key, values) -> {
      if (values.events() >= after) {
        found.add(new FoundKey(key, values.type(key), values.events()));
      }
    });
    return found;
  }

  /// They are columns now, or never will be.
  void forget(Iterable<String> known) {
    known.forEach(keys::remove);
  }

  private @Nullable KeyValues valuesOf(String key) {
    KeyValues known = keys.get(key);
    if (known != null || key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
      return known;
    }
    if (keys.size() == MAX_KEYS) {
      isFull = true;
      return null;
    }
    KeyValues added = new KeyValues();
    keys.put(key, added);
    return added;
  }
}
