package io.tyto.server.log;

import io.tyto.gateway.observe.LogFields;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.net.SocketException;
import java.nio.file.FileSystemException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// A record of java.util.logging as it is written: its text, its fields, and of what was thrown no
/// more than can hold nobody's data.
///
/// @param fields null: it has none
/// @param thrown what was thrown and its causes, a line each, with stack frames between; empty:
///   none
record LogEvent(String level, String message, @Nullable LogFields fields, List<String> thrown) {
  private static final int MAX_CAUSES = 8;
  private static final int MAX_FRAMES = 60;
  private static final String WITHHELD = "(message withheld: it may quote what somebody sent)";

  static LogEvent of(LogRecord event) {
    LogFields fields = null;
    Object[] parameters = event.getParameters() == null ? new Object[0] : event.getParameters();
    Object[] shown = new Object[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] instanceof LogFields found) {
        fields = found;
        shown[i] = "";
      } else {
        shown[i] = parameters[i] instanceof Throwable thrown ? summary(thrown) : parameters[i];
      }
    }
    return new LogEvent(
        level(event.getLevel()), message(event, shown, fields != null), fields, thrown(event));
  }

  private static String level(Level level) {
    int value = level.intValue();
    return value >= Level.SEVERE.intValue()
        ? "ERROR"
        : value >= Level.WARNING.intValue()
            ? "WARNING"
            : value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }

  /// In one line, whatever stands in it.
  private static String message(LogRecord event, Object[] shown, boolean hasFields) {
    String text = event.getMessage() == null ? "" : event.getMessage();
    if (shown.length > 0 && text.contains("{")) {
      try {
        text = MessageFormat.format(text, shown);
      } catch (IllegalArgumentException e) {
        // No pattern after all: it is told as it stands.
        text = event.getMessage();
      }
    }
    text = text.replaceAll("\\p{Cntrl}", " ").strip();
    return hasFields && text.endsWith(":") ? text.substring(0, text.length() - 1) : text;
  }

  private static List<String> thrown(LogRecord event) {
    List<String> lines = new ArrayList<>();
    Throwable thrown = event.getThrown();
    for (int i = 0; thrown != null && i < MAX_CAUSES; i++) {
      lines.add((i == 0 ? "" : "caused by ") + summary(thrown));
      StackTraceElement[] frames = thrown.getStackTrace();
      for (int frame = 0; frame < Math.min(MAX_FRAMES, frames.length); frame++) {
        lines.add("at " + frames[frame]);
      }
      thrown = thrown.getCause();
    }
    return lines;
  }

  /// Messages of libraries often quote what they could not read.
  private static String summary(Throwable thrown) {
    boolean isOurs =
        thrown instanceof TytoException known && known.code().type() != ErrorCode.Type.USER;
    boolean isOfTheMachine =
        thrown instanceof FileSystemException || thrown instanceof SocketException;
    String code = thrown instanceof TytoException known ? " [" + known.code() + "]" : "";
    String message = isOurs || isOfTheMachine ? String.valueOf(thrown.getMessage()) : WITHHELD;
    return thrown.getClass().getName() + code + ": " + message.replaceAll("\\p{Cntrl}", " ");
  }
}
