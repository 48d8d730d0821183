package io.tyto.gateway.observe;

import java.time.Duration;

/// What is told of the server's work.
///
/// @param slowLog operations that take longer are logged
/// @param version of the program
public record ObserveOptions(Duration slowLog, String version) {
  public static final ObserveOptions DEFAULT =
      new ObserveOptions(Duration.ofSeconds(5), "from classes");
}
