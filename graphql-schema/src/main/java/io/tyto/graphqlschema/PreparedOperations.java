package io.tyto.graphqlschema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps what requests were compiled to, least recently used go first: dashboards ask the same
/// again, and compiling takes longer than many an answer. Thread-safe.
///
/// Questions are kept, never answers, and only those that mean the same at any time: a range such
/// as `last: "P7D"` is compiled anew each time.
final class PreparedOperations {
  /// Longer requests hold their values inside and do not come again.
  private static final int MAX_CHARACTERS = 20_000;

  private final Map<Key, List<Operation.Place>> places;

  PreparedOperations(int max) {
    this.places =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, List<Operation.Place>> eldest) {
            return size() > max;
          }
        };
  }

  /// What decides the questions; a request's extensions do not.
  private record Key(
      String query, @Nullable String operationName, Map<String, @Nullable Object> variables) {
    static Key of(GraphQlRequest request) {
      return new Key(request.query(), request.operationName(), request.variables());
    }
  }

  synchronized @Nullable List<Operation.Place> get(GraphQlRequest request) {
    return places.get(Key.of(request));
  }

  void keep(GraphQlRequest request, List<Operation.Place> compiled) {
    long characters = request.query().length();
    if (characters <= MAX_CHARACTERS) {
      characters += request.variables().isEmpty() ? 0 : request.variables().toString().length();
    }
    if (characters <= MAX_CHARACTERS) {
      put(Key.of(request), compiled);
    }
  }

  private synchronized void put(Key key, List<Operation.Place> compiled) {
    places.put(key, compiled);
  }
}
