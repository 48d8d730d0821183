package io.tyto.server.log;

import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Sets up how messages are written: the levels and handlers are those of java.util.logging's own
/// configuration, the form of a line and what may stand in it is decided here.
public final class Logs {
  /// Where graphql-java writes what it says of requests with their text and values.
  private static final Logger WITH_VALUES = Logger.getLogger("notprivacysafe");

  private static final Logger ROOT = Logger.getLogger("");

  private Logs() {}

  /// Writes all messages of the process in the form that the settings name.
  public static void configure(Settings settings) {
    keepValuesOut();
    Formatter form = formatter(settings.text(Setting.LOG_FORMAT));
    for (Handler handler : List.of(ROOT.getHandlers())) {
      handler.setFormatter(form);
    }
  }

  /// @param format `text` or `json`
  static Formatter formatter(String format) {
    return format.equals("json") ? new JsonLines() : new TextLines();
  }

  static void keepValuesOut() {
    WITH_VALUES.setLevel(Level.OFF);
  }
}
