package io.tyto.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The client's end of an event stream, line by line.
final class TestEvents implements AutoCloseable {
  private final BufferedReader lines;

  TestEvents(InputStream body) {
    this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /// The lines of the next event, past comments; `end` where there is none.
  String next() throws IOException {
    List<String> event = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty() && !event.isEmpty()) {
        return String.join("|", event);
      }
      if (!line.isEmpty() && !line.startsWith(":")) {
        event.add(line);
      }
    }
    return "end";
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
