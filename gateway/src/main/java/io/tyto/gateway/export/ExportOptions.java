package io.tyto.gateway.export;

import java.nio.file.Path;
import java.time.Duration;

/// What exports may take.
///
/// @param timeout from the question to the last byte
/// @param stall how long a client may take nothing at all
/// @param concurrency exports that run at once, of those kept on disk as many again; more are told
///   to come back
/// @param folder where results lie that are fetched later; emptied at the start
/// @param maxBytes of all results in the folder
/// @param keep how long a result stays there once it is complete
public record ExportOptions(
    Duration timeout, Duration stall, int concurrency, Path folder, long maxBytes, Duration keep) {

  /// Below the folder for temporary files.
  public static ExportOptions defaults() {
    return new ExportOptions(
        Duration.ofMinutes(15),
        Duration.ofMinutes(1),
        4,
        Path.of(
            System.getProperty("java.io.tmpdir"), "tyto-exports-" + ProcessHandle.current().pid()),
        4L << 30,
        Duration.ofHours(1));
  }
}
