package io.tyto.model.expression;

import io.tyto.model.expression.Expression.Case.Branch;
import io.tyto.model.expression.Expression.Function;
import io.tyto.model.expression.Lexer.Kind;
import io.tyto.model.expression.Lexer.Token;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.text.Suggestion;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reads `derive` expressions: SQL's spelling, checked against the types of the columns. Immutable
/// results, no state: thread-safe.
///
/// ```
/// or          and ('or' and)*
/// and         not ('and' not)*
/// not         'not' not | comparison
/// comparison  sum (('=' | '!=' | '<' | '<=' | '>' | '>=') sum
///                  | 'is' 'not'? 'null' | 'not'? 'in' '(' or (',' or)* ')'
///                  | 'not'? 'between' sum 'and' sum)?
/// sum         product (('+' | '-') product)*
/// product     sign (('*' | '/' | '%') sign)*
/// sign        '-' sign | value
/// value       number | 'text' | 'true' | 'false' | 'null' | column | "column"
///             | function '(' (or (',' or)*)? ')' | '(' or ')' | case
/// case        'case' or? ('when' or 'then' or)+ ('else' or)? 'end'
/// ```
public final class ExpressionParser {
  public static final int MAX_LENGTH = 4_000;
  public static final int MAX_DEPTH = 64;

  /// Each arithmetic operator of a chain makes the tree one level deeper, and trees are walked by
  /// recursion. (`and`, `or` and `in` make balanced trees and need no such limit.)
  public static final int MAX_OPERATORS = 400;

  /// Words that a column must stand in quotes to share.
  private static final Set<String> KEYWORDS =
      Set.of(
          "and", "or", "not", "is", "in", "between", "null", "true", "false", "case", "when",
          "then", "else", "end");

  private static final Map<String, Function> COMPARISONS =
      Map.of(
          "=", Function.EQ,
          "==", Function.EQ,
          "!=", Function.NE,
          "<>", Function.NE,
          "<", Function.LT,
          "<=", Function.LTE,
          ">", Function.GT,
          ">=", Function.GTE);

  private final List<Token> tokens;
  private final Map<String, ColumnType> columns;
  private final Map<String, DimensionTable> tables;
  private int next;
  private int depth;
  private int operators;

  private ExpressionParser(
      List<Token> tokens, Map<String, ColumnType> columns, Map<String, DimensionTable> tables) {
    this.tables = tables;
    this.tokens = tokens;
    this.columns = columns;
  }

  /// Parses and checks a text; {@link ExpressionException} where it is wrong.
  ///
  /// @param columns the columns it may name, and their types
  public static Expression parse(String text, Map<String, ColumnType> columns) {
    return parse(text, columns, Map.of());
  }

  /// As above.
  ///
  /// @param tables those that it may look into, by name
  public static Expression parse(
      String text, Map<String, ColumnType> columns, Map<String, DimensionTable> tables) {
    if (text.length() > MAX_LENGTH) {
      throw new ExpressionException(
          MAX_LENGTH, "an expression has at most " + MAX_LENGTH + " characters");
    }
    ExpressionParser parser = new ExpressionParser(Lexer.tokens(text), columns, tables);
    Expression expression = parser.or();
    Token rest = parser.peek();
    if (rest.kind() != Kind.END) {
      throw new ExpressionException(
          rest.position(), "found " + rest.shown() + ", expected an operator or the end");
    }
    if (Conversions.isNull(expression)) {
      throw new ExpressionException(0, "the expression is always null");
    }
    return expression;
  }

  /// The same value in the type a field declares; {@link ExpressionException} where that would lose
  /// something.
  public static Expression as(Expression expression, ColumnType declared) {
    return Conversions.widened(expression, declared, 0);
  }

  /// Names of all functions, sorted.
  public static Set<String> functions() {
    Set<String> names = new TreeSet<>(Functions.names());
    names.add(Functions.LOOKUP);
    return names;
  }

  private Expression or() {
    if (++depth > MAX_DEPTH) {
      throw new ExpressionException(
          peek().position(), "an expression nests at most " + MAX_DEPTH + " deep");
    }
    List<Expression> alternatives = new ArrayList<>(List.of(and()));
    int position = peek().position();
    while (acceptWord("or")) {
      alternatives.add(and());
    }
    depth--;
    return Typing.logic(Function.OR, alternatives, position);
  }

  private Expression and() {
    List<Expression> conditions = new ArrayList<>(List.of(not()));
    int position = peek().position();
    while (acceptWord("and")) {
      conditions.add(not());
    }
    return Typing.logic(Function.AND, conditions, position);
  }

  private Expression not() {
    int inversions = 0;
    int position = peek().position();
    while (acceptWord("not")) {
      inversions++;
    }
    Expression operand = comparison();
    if (inversions == 0) {
      return operand;
    }
    Expression condition = Typing.condition(operand, position);
    return inversions % 2 == 0 ? condition : Typing.not(condition, position);
  }

  private Expression comparison() {
    Expression left = sum();
    Token operator = peek();
    Function comparison = operator.kind() == Kind.SYMBOL ? COMPARISONS.get(operator.text()) : null;
    if (comparison != null) {
      next++;
      return Typing.comparison(comparison, left, sum(), operator.position());
    }
    if (acceptWord("is")) {
      boolean isInverted = acceptWord("not");
      expectWord("null");
      Expression test = Typing.isNull(left);
      return isInverted ? Typing.not(test, operator.position()) : test;
    }
    boolean isInverted = acceptWord("not");
    if (acceptWord("in")) {
      Expression test = in(left, operator.position());
      return isInverted ? Typing.not(test, operator.position()) : test;
    }
    if (acceptWord("between")) {
      Expression test = between(left, operator.position());
      return isInverted ? Typing.not(test, operator.position()) : test;
    }
    if (isInverted) {
      throw new ExpressionException(
          peek().position(), "found " + peek().shown() + ", expected in or between");
    }
    return left;
  }

  private Expression in(Expression left, int position) {
    expectSymbol("(");
    List<Expression> alternatives = new ArrayList<>();
    do {
      alternatives.add(Typing.comparison(Function.EQ, left, or(), position));
    } while (acceptSymbol(","));
    expectSymbol(")");
    return Typing.logic(Function.OR, alternatives, position);
  }

  private Expression between(Expression value, int position) {
    Expression from = Typing.comparison(Function.GTE, value, sum(), position);
    expectWord("and");
    Expression to = Typing.comparison(Function.LTE, value, sum(), position);
    return Typing.logic(Function.AND, List.of(from, to), position);
  }

  private Expression sum() {
    Expression left = product();
    while (true) {
      int position = peek().position();
      if (acceptSymbol("+")) {
        left = arithmetic(Function.ADD, left, product(), position);
      } else if (acceptSymbol("-")) {
        left = arithmetic(Function.SUBTRACT, left, product(), position);
      } else {
        return left;
      }
    }
  }

  private Expression product() {
    Expression left = sign();
    while (true) {
      int position = peek().position();
      if (acceptSymbol("*")) {
        left = arithmetic(Function.MULTIPLY, left, sign(), position);
      } else if (acceptSymbol("/")) {
        left = arithmetic(Function.DIVIDE, left, sign(), position);
      } else if (acceptSymbol("%")) {
        left = arithmetic(Function.MOD, left, sign(), position);
      } else {
        return left;
      }
    }
  }

  private Expression sign() {
    int signs = 0;
    int position = peek().position();
    while (acceptSymbol("-")) {
      signs++;
    }
    Expression value = value();
    for (int i = 0; i < signs; i++) {
      countOperator(position);
      value = Typing.negated(value, position);
    }
    return value;
  }

  private Expression arithmetic(
      Function operator, Expression left, Expression right, int position) {
    countOperator(position);
    return Typing.arithmetic(operator, left, right, position);
  }

  private void countOperator(int position) {
    if (++operators > MAX_OPERATORS) {
      throw new ExpressionException(
          position, "an expression has at most " + MAX_OPERATORS + " arithmetic operators");
    }
  }

  private Expression value() {
    Token token = peek();
    next++;
    return switch (token.kind()) {
      case NUMBER -> number(token);
      case TEXT -> new Expression.Literal(token.text(), ColumnType.STRING);
      case QUOTED -> column(token);
      case WORD -> word(token);
      case SYMBOL, END -> {
        if (!token.isSymbol("(")) {
          throw new ExpressionException(
              token.position(), "found " + token.shown() + ", expected a value");
        }
        Expression inner = or();
        expectSymbol(")");
        yield inner;
      }
    };
  }

  private Expression word(Token token) {
    String word = token.text().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "true" -> new Expression.Literal(true, ColumnType.BOOL);
      case "false" -> new Expression.Literal(false, ColumnType.BOOL);
      case "null" -> Conversions.NULL;
      case "case" -> cases(token.position());
      default -> {
        if (KEYWORDS.contains(word)) {
          throw new ExpressionException(
              token.position(),
              "found '"
                  + token.text()
                  + "', expected a value; a column of that name stands in"
                  + " \"double quotes\"");
        }
        yield acceptSymbol("(") ? call(word, token) : column(token);
      }
    };
  }

  private Expression call(String function, Token name) {
    List<Typing.Argument> arguments = new ArrayList<>();
    if (!acceptSymbol(")")) {
      do {
        int position = peek().position();
        arguments.add(new Typing.Argument(or(), position));
      } while (acceptSymbol(","));
      expectSymbol(")");
    }
    return function.equals(Functions.LOOKUP)
        ? Functions.lookup(arguments, tables, name.position())
        : Functions.call(function, arguments, name.position());
  }

  private Expression column(Token token) {
    String name = token.text();
    ColumnType type = columns.get(name);
    if (type == null) {
      String hint = Suggestion.didYouMean(name, columns.keySet());
      if (token.kind() == Kind.QUOTED && hint.isEmpty()) {
        hint = "; a text stands in 'single quotes'";
      }
      throw new ExpressionException(token.position(), "no column '" + name + "' here" + hint);
    }
    return new Expression.Column(name, type);
  }

  private Expression cases(int position) {
    Expression subject = peek().isWord("when") ? null : or();
    List<Expression> conditions = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (acceptWord("when")) {
      int at = peek().position();
      Expression condition = or();
      conditions.add(
          subject == null
              ? Typing.condition(condition, at)
              : Typing.comparison(Function.EQ, subject, condition, at));
      expectWord("then");
      values.add(or());
    }
    if (conditions.isEmpty()) {
      throw new ExpressionException(
          peek().position(), "found " + peek().shown() + ", expected when");
    }
    boolean hasElse = acceptWord("else");
    if (hasElse) {
      values.add(or());
    }
    expectWord("end");
    List<Expression> alike = Conversions.alike(values, position, "the values of a case");
    List<Branch> branches = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      branches.add(new Branch(conditions.get(i), alike.get(i)));
    }
    return new Expression.Case(branches, hasElse ? alike.getLast() : null, alike.getFirst().type());
  }

  private static Expression number(Token token) {
    String digits = token.text();
    boolean hasExponent = digits.toLowerCase(Locale.ROOT).indexOf('e') >= 0;
    BigDecimal value;
    try {
      value = new BigDecimal(digits);
    } catch (NumberFormatException _) {
      throw new ExpressionException(
          token.position(), "the exponent has more digits than that of any number");
    }
    if (!hasExponent && value.scale() <= 0 && value.toBigInteger().bitLength() < Long.SIZE) {
      return new Expression.Literal(value.longValueExact(), ColumnType.LONG);
    }
    int precision = Math.max(value.precision(), value.scale());
    if (!hasExponent && precision <= ColumnType.DecimalType.MAX_PRECISION) {
      ColumnType exact = new ColumnType.DecimalType(precision, Math.max(0, value.scale()));
      return new Expression.Literal(value, exact);
    }
    double rounded = value.doubleValue();
    if (Double.isInfinite(rounded)) {
      throw new ExpressionException(token.position(), "the number is beyond the range of a double");
    }
    return new Expression.Literal(rounded, ColumnType.DOUBLE);
  }

  private Token peek() {
    return tokens.get(next);
  }

  private boolean acceptWord(String word) {
    boolean isThere = peek().isWord(word);
    next += isThere ? 1 : 0;
    return isThere;
  }

  private boolean acceptSymbol(String symbol) {
    boolean isThere = peek().isSymbol(symbol);
    next += isThere ? 1 : 0;
    return isThere;
  }

  private void expectWord(String word) {
    if (!acceptWord(word)) {
      throw new ExpressionException(
          peek().position(), "found " + peek().shown() + ", expected " + word);
    }
  }

  private void expectSymbol(String symbol) {
    if (!acceptSymbol(symbol)) {
      throw new ExpressionException(
          peek().position(), "found " + peek().shown() + ", expected '" + symbol + "'");
    }
  }
}
