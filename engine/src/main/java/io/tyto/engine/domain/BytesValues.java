package io.tyto.engine.domain;

/// Byte strings by code, from 1. Thread-safe.
public interface BytesValues {
  /// A copy of the value of a code.
  byte[] value(int code);

  /// Order of two codes' values by unsigned bytes.
  int compare(int left, int right);
}
