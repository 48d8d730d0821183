package io.tyto.server.log;

import io.tyto.gateway.observe.LogIds;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// An event for people: one line, and the stack trace below it where there is one.
final class TextLines extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

  @Override
  public String format(LogRecord record) {
    LogEvent event = LogEvent.of(record);
    LogIds ids = LogIds.current();
    StringBuilder text = new StringBuilder();
    text.append(TIME.format(record.getInstant())).append(' ').append(event.level()).append(' ');
    text.append(record.getLoggerName()).append(": ").append(event.message());
    if (event.fields() != null) {
      text.append(": ").append(event.fields().toString().replaceAll("\\p{Cntrl}", " "));
    }
    append(text, "request", ids.requestId());
    append(text, "trace", ids.traceId());
    append(text, "query", ids.queryId());
    for (String line : event.thrown()) {
      text.append("\n    ").append(line);
    }
    return text.append('\n').toString();
  }

  private static void append(StringBuilder text, String name, @Nullable String value) {
    if (value != null) {
      text.append(" (").append(name).append(' ').append(value).append(')');
    }
  }
}
