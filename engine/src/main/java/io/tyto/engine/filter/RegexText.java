package io.tyto.engine.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Compiles regular expressions that strangers wrote. Matching takes linear time, but the compiler
/// writes a counted repetition out: `((a{1000}){1000}){1000}` would be a program of a thousand
/// million steps. So the size of the program is known to be small before it is made. And RE2/J 1.8
/// looks without end for the other case of nine letters that Unicode has given one since.
public final class RegexText {
  public static final int MAX_CHARACTERS = 256;

  /// Steps of the program: each is tried at each character of a value.
  static final int MAX_STEPS = 2_000;

  private static final int WALKED_PER_STEP = 64;

  /// The letters of which RE2/J finds no way back from one case to the other.
  private static final int FIRST_ORPHAN = 0x1c80;

  private static final int LAST_ORPHAN = 0x1c88;

  private static final Pattern IGNORES_CASE = Pattern.compile("\\(\\?[a-zA-Z]*i");

  private final String text;
  private int at;

  /// Steps of the alternatives of each group that is open.
  private final Deque<Long> open = new ArrayDeque<>();

  private long steps;

  /// Steps of what a repetition would repeat.
  private long last;

  private boolean hasOrphans;

  private RegexText(String text) {
    this.text = text;
  }

  /// The pattern of a text; IllegalArgumentException, which a PatternSyntaxException is too, where
  /// it cannot be read or is too much.
  public static Pattern compile(String text, boolean ignoreCase) {
    if (text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "it has %d characters, at most %d".formatted(text.length(), MAX_CHARACTERS));
    }
    RegexText read = new RegexText(text);
    if (read.steps() > MAX_STEPS) {
      throw new IllegalArgumentException(
          "its repetitions and ranges come to more than %d steps when they are written out"
              .formatted(MAX_STEPS));
    }
    if (read.hasOrphans && (ignoreCase || IGNORES_CASE.matcher(text).find())) {
      throw new IllegalArgumentException(
          "the letters U+1C80 to U+1C88 cannot be searched for without regard to case");
    }
    try {
      return Pattern.compile(text, ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription() + " (RE2 syntax)", e);
    }
  }

  /// The steps of the program, more or less: what is left out are the few that join parts. For a
  /// text that is no regular expression anything.
  private long steps() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '\\' -> escape();
        case '[' -> set();
        case '(' -> {
          open.push(steps);
          steps = 0;
          last = 0;
          flags();
        }
        case ')' -> {
          long inside = steps + 2;
          steps = open.isEmpty() ? 0 : open.pop();
          one(inside);
        }
        case '{' -> repetition();
        case '*', '+', '?', '|' -> steps++;
        default -> literal(c);
      }
    }
    while (!open.isEmpty()) {
      steps += open.pop();
    }
    return steps;
  }

  private void literal(int c) {
    meets(c, c);
    one(1);
  }

  private void meets(int from, int to) {
    hasOrphans |= from <= LAST_ORPHAN && to >= FIRST_ORPHAN;
  }

  private void one(long size) {
    last = size;
    steps += size;
  }

  /// `(?i:`, `(?P<name>`: no steps.
  private void flags() {
    if (at < text.length() && text.charAt(at) == '?') {
      while (at < text.length() && ":>)".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      if (at < text.length() && text.charAt(at) != ')') {
        at++;
      }
    }
  }

  private void escape() {
    if (text.startsWith("Q", at)) {
      at++;
      int end = text.indexOf("\\E", at);
      int stop = end < 0 ? text.length() : end;
      for (int i = at; i < stop; i++) {
        literal(text.charAt(i));
      }
      at = end < 0 ? stop : end + 2;
      return;
    }
    at--;
    literal(member());
  }

  /// A set takes one step; but without regard to case its ranges are walked through, character by
  /// character.
  private void set() {
    if (at < text.length() && text.charAt(at) == '^') {
      at++;
    }
    int first = at;
    int from = -1;
    while (at < text.length() && (text.charAt(at) != ']' || at == first)) {
      boolean isRange = from >= 0 && text.charAt(at) == '-' && at + 1 < text.length();
      if (isRange) {
        at++;
      }
      int to = member();
      meets(isRange ? from : to, to);
      if (isRange) {
        steps += Math.max(0, to - from) / WALKED_PER_STEP;
      }
      from = isRange ? -1 : to;
    }
    at++;
    one(1);
  }

  /// Passes a member of a set, or an escape, and returns it; of a class of characters what makes no
  /// range wide.
  private int member() {
    if (text.startsWith("[:", at) && text.indexOf(":]", at + 2) > 0) {
      at = text.indexOf(":]", at + 2) + 2;
      return -1;
    }
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    if (c != '\\' || at == text.length()) {
      return c;
    }
    char escaped = text.charAt(at++);
    if ("pPx".indexOf(escaped) < 0 || at == text.length() || text.charAt(at) != '{') {
      return escaped;
    }
    int end = text.indexOf('}', at);
    String inside = text.substring(at + 1, Math.max(end, at + 1));
    at = end < 0 ? text.length() : end + 1;
    boolean isNumber = escaped == 'x' && inside.matches("[0-9a-fA-F]{1,7}");
    return isNumber ? Integer.parseInt(inside, 16) : -1;
  }

  private void repetition() {
    int end = text.indexOf('}', at);
    String counts = end < 0 ? "" : text.substring(at, end);
    if (!counts.matches("[0-9]{1,9}(,[0-9]{0,9})?")) {
      one(1); // a brace as itself
      return;
    }
    long most = 0;
    for (String count : counts.split(",", 2)) {
      most = Math.max(most, count.isEmpty() ? 0 : Long.parseLong(count));
    }
    at = end + 1;
    // What is too much stays too much: no product leaves 64 bits.
    long added = Math.min(last * most, MAX_STEPS + 1);
    steps = Math.min(steps + added, MAX_STEPS + 1);
    last = Math.min(last + added, MAX_STEPS + 1);
  }
}
