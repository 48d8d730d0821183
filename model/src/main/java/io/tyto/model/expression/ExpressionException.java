package io.tyto.model.expression;

/// A `derive` text that is no expression, or does not fit the columns it names. The message says
/// what was found and what was expected, without the position.
public final class ExpressionException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int position;

  public ExpressionException(int position, String message) {
    super(message);
    this.position = position;
  }

  /// Where in the text, counted in characters from 0.
  public int position() {
    return position;
  }
}
