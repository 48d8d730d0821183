package io.tyto.model.schema;

/// What is done to the values of a private column before they are first stored.
///
/// @param shown characters at the end that {@link Policy#MASK} leaves readable; 0 for the others
public record Privacy(Policy policy, int shown) {

  public enum Policy {
    /// Nothing is stored; the column is null.
    DROP,
    /// A keyed hash: equal values stay equal, none can be read.
    HASH,
    /// Encrypted so that equal values stay equal and who holds the key can read them.
    TOKENIZE,
    /// All but the last characters are replaced.
    MASK
  }
}
