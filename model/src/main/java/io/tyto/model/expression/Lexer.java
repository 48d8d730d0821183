package io.tyto.model.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Cuts an expression into tokens.
final class Lexer {
  enum Kind {
    /// A keyword, function or column, as written.
    WORD,
    /// A column name in double quotes or backticks, without them.
    QUOTED,
    NUMBER,
    /// A text in single quotes, without them.
    TEXT,
    SYMBOL,
    END
  }

  /// @param position of its first character
  record Token(Kind kind, String text, int position) {
    boolean isSymbol(String symbol) {
      return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
      return kind == Kind.WORD && text.toLowerCase(Locale.ROOT).equals(word);
    }

    /// How messages name it.
    String shown() {
      return kind == Kind.END ? "the end" : "'" + text + "'";
    }
  }

  private static final List<String> SYMBOLS =
      List.of("<=", ">=", "<>", "!=", "==", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",");

  private final String text;
  private int position;

  private Lexer(String text) {
    this.text = text;
  }

  /// Tokens in order, the last one END.
  static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    List<Token> tokens = new ArrayList<>();
    Token token;
    do {
      token = lexer.next();
      tokens.add(token);
    } while (token.kind() != Kind.END);
    return tokens;
  }

  private Token next() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
    int start = position;
    if (start == text.length()) {
      return new Token(Kind.END, "", start);
    }
    char c = text.charAt(start);
    if (isWordStart(c)) {
      return word(start);
    }
    if (isDigit(c) || c == '.' && start + 1 < text.length() && isDigit(text.charAt(start + 1))) {
      return number(start);
    }
    return switch (c) {
      case '\'' -> quoted(start, Kind.TEXT, "a text");
      case '"', '`' -> quoted(start, Kind.QUOTED, "a column name");
      default -> symbol(start);
    };
  }

  private Token word(int start) {
    while (position < text.length()
        && (isWordStart(text.charAt(position)) || isDigit(text.charAt(position)))) {
      position++;
    }
    return new Token(Kind.WORD, text.substring(start, position), start);
  }

  private Token number(int start) {
    digits();
    if (position < text.length() && text.charAt(position) == '.') {
      position++;
      digits();
    }
    if (position < text.length() && (text.charAt(position) | 0x20) == 'e') {
      position++;
      if (position < text.length() && "+-".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
      int exponent = position;
      digits();
      if (position == exponent) {
        throw new ExpressionException(start, "the number's exponent has no digits");
      }
    }
    return new Token(Kind.NUMBER, text.substring(start, position), start);
  }

  private void digits() {
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
  }

  /// Reads to the closing quote; the quote itself is written twice.
  private Token quoted(int start, Kind kind, String what) {
    char quote = text.charAt(start);
    StringBuilder content = new StringBuilder();
    position++;
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c != quote) {
        content.append(c);
      } else if (position < text.length() && text.charAt(position) == quote) {
        content.append(quote);
        position++;
      } else {
        return new Token(kind, content.toString(), start);
      }
    }
    throw new ExpressionException(
        start, what + " begins here and its closing " + quote + " is missing");
  }

  private Token symbol(int start) {
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, start)) {
        position = start + symbol.length();
        return new Token(Kind.SYMBOL, symbol, start);
      }
    }
    String found = new StringBuilder().appendCodePoint(text.codePointAt(start)).toString();
    throw new ExpressionException(
        start, "'" + found + "' means nothing in an expression; texts stand in 'single quotes'");
  }

  private static boolean isWordStart(char c) {
    return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
