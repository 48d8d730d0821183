package io.tyto.gateway.observe;

import java.time.Duration;

/// What is told of the server's work.
///
/// @param slowLog operations that take longer are logged
/// @param traces where traces go: the URL of a collector that takes OTLP over HTTP; empty: nowhere
/// @param traceRatio share of requests that are traced, 0 to 1
/// @param version of the program
public record ObserveOptions(Duration slowLog, String traces, double traceRatio, String version) {
  public static final ObserveOptions DEFAULT =
      new ObserveOptions(Duration.ofSeconds(5), "", 1, "from classes");
}
