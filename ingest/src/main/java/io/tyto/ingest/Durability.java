package io.tyto.ingest;

/// When an event counts as accepted.
public enum Durability {
  /// One fsync answers all requests that wait for it. Survives loss of power.
  GROUP,
  /// One fsync for every request. Survives loss of power; slower, and each request fails alone.
  REQUEST,
  /// Written to the operating system without fsync. Survives a crash of the process, not of the
  /// machine.
  OS
}
