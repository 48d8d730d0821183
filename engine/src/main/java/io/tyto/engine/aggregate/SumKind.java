package io.tyto.engine.aggregate;

/// What is made of a sum and a count.
enum SumKind {
  SUM,
  SUM_EXACT,
  AVG
}
