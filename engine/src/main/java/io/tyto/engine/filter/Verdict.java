package io.tyto.engine.filter;

/// What is known of a block before its rows are read.
enum Verdict {
  NEVER,
  SOMETIMES,
  ALWAYS;

  static Verdict of(boolean never, boolean always) {
    return never ? NEVER : always ? ALWAYS : SOMETIMES;
  }
}
