package io.tyto.ingest;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Silences the warnings of tests that break things on purpose.
public final class QuietLog {
  // Held here, because the logging system holds loggers weakly.
  private static final Logger LOG = Logger.getLogger("io.tyto");

  private QuietLog() {}

  public static void on() {
    if (!Boolean.getBoolean("test.verbose")) {
      LOG.setLevel(Level.OFF);
    }
  }
}
