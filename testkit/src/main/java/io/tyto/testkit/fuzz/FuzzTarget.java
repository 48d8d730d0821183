package io.tyto.testkit.fuzz;

/// A part of the server that strangers can send bytes to. Has a public constructor without
/// parameters; is asked by one thread.
public interface FuzzTarget {
  /// Takes the bytes as the server would. Throws TytoException of type USER where they are refused;
  /// whatever else it throws is a find.
  void take(byte[] input) throws Exception;
}
