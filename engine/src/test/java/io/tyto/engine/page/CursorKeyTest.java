package io.tyto.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CursorKeyTest {
  private static final long SEED = Long.getLong("test.seed", 11L);

  private final CursorKey key = new CursorKey(new byte[CursorKey.SECRET_BYTES]);

  private static Caller caller(String id, String project, String tenant, String... scopes) {
    Access access =
        Access.of(
            List.of(scopes).stream().map(Scope::parse).toList(), Map.of("tenant", List.of(tenant)));
    return new Caller(id, Caller.Kind.KEY, id, project, access, "default");
  }

  private void assertInvalid(String signed, Caller caller) {
    TytoException refused =
        assertThrows(TytoException.class, () -> key.of(caller).open(signed), signed);
    assertEquals(ErrorCode.CURSOR_INVALID, refused.code());
  }

  @Test
  void aCursorIsGoodForAllWhoMayDoTheSame() {
    String cursor = Cursor.of("snapshot", "input", 1, 2).encode();
    Caller caller = caller("one", "default", "a", "query:play", "records:play");
    String signed = key.of(caller).sign(cursor);
    assertEquals(cursor, key.of(caller).open(signed));
    Caller colleague = caller("two", "default", "a", "records:play", "query:play");
    assertEquals(cursor, key.of(colleague).open(signed));
    assertInvalid(signed, caller("one", "default", "b", "query:play", "records:play"));
    assertInvalid(signed, caller("one", "acme", "a", "query:play", "records:play"));
    assertInvalid(signed, caller("one", "default", "a", "query:play"));
    assertInvalid(signed, Caller.SYSTEM);
  }

  @Test
  void processesOfOneSecretTakeEachOthersAndOfAnotherNone() {
    String cursor = Cursor.of("snapshot", "input", 1, 2).encode();
    String signed = key.of(Caller.OPEN).sign(cursor);
    CursorKey same = new CursorKey(new byte[CursorKey.SECRET_BYTES]);
    assertEquals(cursor, same.of(Caller.OPEN).open(signed));
    CursorKey.Signer other = CursorKey.random().of(Caller.OPEN);
    assertThrows(TytoException.class, () -> other.open(signed));
    assertNotEquals(signed, other.sign(cursor));
  }

  @Test
  void noChangeStays() {
    String cursor = Cursor.of("snapshot", "input", 1, 2).encode();
    String signed = key.of(Caller.OPEN).sign(cursor);
    for (String text : List.of("", ".", "x", cursor, cursor + ".", "." + cursor, "a.b.c")) {
      assertInvalid(text, Caller.OPEN);
    }
    assertInvalid(signed + "A".repeat(5_000), Caller.OPEN);
    Random random = new Random(SEED);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder changed = new StringBuilder(signed);
      // The last character of 128 bits in base64 has bits that mean nothing.
      int at = random.nextInt(signed.length() - 1);
      changed.setCharAt(at, (char) (changed.charAt(at) ^ 1 + random.nextInt(64)));
      if (!changed.toString().equals(signed)) {
        assertInvalid(changed.toString(), Caller.OPEN);
      }
    }
  }
}
