package io.tyto.engine.segment;

/// One damage that a verification found.
///
/// @param byteOffset where in the file the damaged region starts
public record Fault(String file, long byteOffset, String expected, String actual) {}
