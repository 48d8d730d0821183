package io.tyto.engine.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Compiles regular expressions that strangers wrote. Matching takes linear time, but the compiler
/// writes a counted repetition out: `((a{1000}){1000}){1000}` would be a program of a thousand
/// million steps. So the size of the program is known to be small before it is made.
public final class RegexText {
  public static final int MAX_CHARACTERS = 256;

  /// Steps of the program: each is tried at each character of a value.
  static final int MAX_STEPS = 2_000;

  private final String text;
  private int at;

  /// Steps of the alternatives of each group that is open.
  private final Deque<Long> open = new ArrayDeque<>();

  private long steps;

  /// Steps of what a repetition would repeat.
  private long last;

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
    if (new RegexText(text).steps() > MAX_STEPS) {
      throw new IllegalArgumentException(
          "its repetitions come to more than %d steps when they are written out"
              .formatted(MAX_STEPS));
    }
    try {
      return Pattern.compile(text, ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription() + " (RE2 syntax)", e);
    }
  }

  /// The steps of the program, more or less: what is left out are the few that join parts. For a text
  /// that is no regular expression anything.
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
        default -> one(1);
      }
    }
    while (!open.isEmpty()) {
      steps += open.pop();
    }
    return steps;
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
    char c = at < text.length() ? text.charAt(at++) : '\\';
    if (c == 'Q') {
      int end = text.indexOf("\\E", at);
      int stop = end < 0 ? text.length() : end;
      steps += stop - at;
      last = 1;
      at = end < 0 ? stop : end + 2;
      return;
    }
    if ((c == 'p' || c == 'P' || c == 'x') && at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      at = end < 0 ? text.length() : end + 1;
    }
    one(1);
  }

  private void set() {
    // A bracket that stands first, after a ^ or not, is of the set.
    int first = at + (at < text.length() && text.charAt(at) == '^' ? 1 : 0);
    int i = first;
    while (i < text.length() && (text.charAt(i) != ']' || i == first)) {
      if (text.startsWith("[:", i) && text.indexOf(":]", i + 2) > 0) {
        i = text.indexOf(":]", i + 2) + 1;
      } else if (text.charAt(i) == '\\') {
        i++;
      }
      i++;
    }
    at = Math.min(text.length(), i + 1);
    one(1);
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
