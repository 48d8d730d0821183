package io.tyto.ingest.decode;

import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.JsonPointer.Member;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Looks for one value of a JSON record without decoding it: reading ends where the value stands.
///
/// Thread-safety: none; reused from record to record.
public final class JsonPeek {
  private final JsonScanner scanner = new JsonScanner();
  private final byte[][] steps;
  private @Nullable Rejection fault;

  /// @param pointer of one value
  public JsonPeek(JsonPointer pointer) {
    if (pointer.isMany() || pointer.steps().isEmpty()) {
      throw new IllegalArgumentException("'%s' is not one value of a record".formatted(pointer));
    }
    steps =
        pointer.steps().stream()
            .map(step -> ((Member) step).name().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
  }

  /// Whether a string, number or bool stands there; the token is its text.
  public boolean find(byte[] data, int from, int to) {
    fault = null;
    scanner.reset(data, from, to);
    try {
      for (int depth = 0; depth < steps.length; depth++) {
        if (scanner.peek() != '{' || !member(steps[depth], depth + 1)) {
          return false;
        }
      }
      return scalar();
    } catch (RejectException e) {
      fault = e.rejection();
      return false;
    }
  }

  /// Why the last record could not be read as far as that; null where it could.
  public @Nullable Rejection fault() {
    return fault;
  }

  public byte[] tokenData() {
    return scanner.tokenData();
  }

  public int tokenFrom() {
    return scanner.tokenFrom();
  }

  public int tokenTo() {
    return scanner.tokenTo();
  }

  /// Goes to the member of that key of the object that comes next.
  private boolean member(byte[] key, int depth) throws RejectException {
    scanner.enter('{', depth);
    if (scanner.take('}')) {
      return false;
    }
    do {
      scanner.peek();
      scanner.key();
      if (Arrays.equals(
          key, 0, key.length, scanner.tokenData(), scanner.tokenFrom(), scanner.tokenTo())) {
        return true;
      }
      scanner.skip(depth + 1);
    } while (scanner.take(','));
    return false;
  }

  private boolean scalar() throws RejectException {
    switch (scanner.peek()) {
      case '{', '[', 'n', -1 -> {
        return false;
      }
      case '"' -> scanner.string();
      case 't' -> scanner.word("true");
      case 'f' -> scanner.word("false");
      default -> scanner.number();
    }
    return true;
  }
}
