package io.tyto.engine.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Filter.JsonAs;
import io.tyto.model.query.Filter.MatchKind;
import io.tyto.model.query.Filter.Op;
import io.tyto.model.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What single predicates mean, case by case.
class FilterSemanticsTest {

  private static boolean like(String text, String pattern) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    return LikeMatcher.of(pattern).matches(data, 0, data.length);
  }

  @Test
  void likeAnchorsBothEnds() {
    assertTrue(like("abc", "abc"));
    assertFalse(like("abcd", "abc"));
    assertTrue(like("abcd", "abc%"));
    assertTrue(like("xabc", "%abc"));
    assertTrue(like("", ""));
    assertTrue(like("", "%"));
    assertFalse(like("", "_"));
    assertTrue(like("aXbXc", "a%X%c"));
    assertFalse(like("ab", "ab%ab"));
    assertTrue(like("abab", "ab%ab"));
  }

  @Test
  void likeCountsCodePoints() {
    assertTrue(like("ä", "_"));
    assertTrue(like("\uD83E\uDD89", "_"));
    assertFalse(like("ää", "_"));
    assertTrue(like("xäz", "x_z"));
    assertTrue(like("aaä", "%_ä"));
    assertTrue(like("über", "%_ber"));
  }

  @Test
  void likeEscapes() {
    assertTrue(like("50%", "50\\%"));
    assertFalse(like("500", "50\\%"));
    assertTrue(like("a\\b", "a\\\\b"));
    assertTrue(like("a_b", "a\\_b"));
    TytoException thrown = assertThrows(TytoException.class, () -> LikeMatcher.of("a\\"));
    assertEquals(ErrorCode.BAD_USER_INPUT, thrown.code());
  }

  @Test
  void likeStaysLinearOnHostilePatterns() {
    String text = "a".repeat(1 << 20);
    long started = System.nanoTime();
    assertFalse(like(text, "%a".repeat(60) + "%b"));
    assertFalse(like(text, "%%%%%%%%%%x"));
    assertTrue(System.nanoTime() - started < 5_000_000_000L);
  }

  @Test
  void foldingIgnoresCaseByUnicode() {
    assertEquals(Folding.fold("ΣΑΣ"), Folding.fold("σας"));
    assertEquals(Folding.fold("STRASSE"), Folding.fold("strasse"));
    assertEquals("\uD83E\uDD89", Folding.fold("\uD83E\uDD89"));
  }

  @Test
  void regexesAreCheckedAndLinear() {
    Filter.Match bad = new Filter.Match("s", MatchKind.REGEX, "(", false);
    TytoException thrown = assertThrows(TytoException.class, () -> strings(bad, "x"));
    assertEquals(ErrorCode.BAD_USER_INPUT, thrown.code());
    Filter.Match hostile = new Filter.Match("s", MatchKind.REGEX, "(a+)+$", false);
    assertEquals(List.of(false), strings(hostile, "a".repeat(5000) + "b"));
  }

  @Test
  void jsonPathsReadStringsNumbersAndPresence() {
    @Nullable String[] texts = {
      "{\"a\":1,\"b\":\"x\"}", "{\"a\":\"1\"}", "{\"a\":null}", "{}", "[1,{\"a/b\":[7,8]}]", null
    };
    assertEquals(
        List.of(true, false, false, false, false, false),
        json("/a", JsonAs.NUMBER, eq(1.0), texts));
    assertEquals(
        List.of(true, true, false, false, false, false), json("/a", JsonAs.STRING, eq("1"), texts));
    assertEquals(
        List.of(true, true, true, false, false, false), json("/a", JsonAs.EXISTS, null, texts));
    assertEquals(
        List.of(false, false, false, false, true, false),
        json("/1/a~1b/1", JsonAs.NUMBER, new Filter.Compare("", Op.GT, 7.5, false), texts));
    assertEquals(
        List.of(false, false, true, true, true, true),
        json("/a", JsonAs.STRING, new Filter.IsNull(""), texts));
    assertThrows(TytoException.class, () -> json("a", JsonAs.EXISTS, null, texts));
  }

  @Test
  void negatedJsonPathsAreUnknownWhereNothingIsThere() {
    @Nullable String[] texts = {"{\"a\":1}", "{\"a\":2}", "{}", null};
    Filter leaf = new Filter.JsonPath("j", "/a", JsonAs.NUMBER, eq(1.0));
    assertEquals(List.of(false, true, false, false), evaluate(ColumnType.JSON, leaf, false, texts));
    Filter exists = new Filter.JsonPath("j", "/a", JsonAs.EXISTS, null);
    assertEquals(
        List.of(false, false, true, false), evaluate(ColumnType.JSON, exists, false, texts));
  }

  private static Filter eq(Object value) {
    return new Filter.Compare("", Op.EQ, value, false);
  }

  private static List<Boolean> strings(Filter leaf, @Nullable String... texts) {
    return evaluate(ColumnType.STRING, leaf, true, texts);
  }

  private static List<Boolean> json(
      String path, JsonAs as, @Nullable Filter is, @Nullable String... texts) {
    return evaluate(ColumnType.JSON, new Filter.JsonPath("j", path, as, is), true, texts);
  }

  private static List<Boolean> evaluate(
      ColumnType type, Filter leaf, boolean positive, @Nullable String... texts) {
    ValuePredicate test = new ValuePredicates(7).of(type, leaf, positive);
    int[] offsets = new int[texts.length + 1];
    StringBuilder data = new StringBuilder();
    long[] nulls = new long[1];
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      if (text == null) {
        nulls[0] |= 1L << i;
      } else {
        data.append(text);
      }
      offsets[i + 1] = data.length();
    }
    ColumnVector vector =
        new ColumnVector.Bytes(
            texts.length, data.toString().getBytes(StandardCharsets.UTF_8), offsets, nulls);
    long[] mask = new long[1];
    Masks.fill(mask, texts.length);
    test.retain(vector, mask, new Masks(Kernels.scalar()));
    List<Boolean> passed = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      passed.add(Masks.get(mask, i));
    }
    return passed;
  }
}
