package io.tyto.perf.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Writes generated events as NDJSON or CSV; the same bytes however many threads make them.
final class EventFile {
  private static final int ROWS_A_TASK = 20_000;
  private static final int TASKS_A_THREAD = 3;

  enum Format {
    NDJSON,
    CSV
  }

  private static final String[] COLUMNS =
      ("ts event_type user_id country platform app_version server_id item_id channel is_paying level"
              + " score duration_ms amount session_id referrer")
          .split(" ");

  /// What stands before each value of a JSON event.
  private static final byte[][] NAMES = new byte[COLUMNS.length][];

  static {
    for (int i = 0; i < NAMES.length; i++) {
      NAMES[i] = ascii((i == 0 ? "{\"" : ",\"") + COLUMNS[i] + "\":");
    }
  }

  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] NULL = ascii("null");

  private final EventModel model;
  private final Format format;

  EventFile(EventModel model, Format format) {
    this.model = model;
    this.format = format;
  }

  /// All events. The file is there whole or not at all.
  void write(Path file, int threads) throws IOException {
    write(file, 0, model.rows(), threads);
  }

  /// The events of the numbers `[first, end)`; likewise.
  void write(Path file, long first, long end, int threads) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Queue<Future<Lines>> made = new ArrayDeque<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        OutputStream out = Files.newOutputStream(part)) {
      if (format == Format.CSV) {
        out.write(ascii(String.join(",", COLUMNS) + "\n"));
      }
      for (long from = first; from < end || !made.isEmpty(); ) {
        while (from < end && made.size() < threads * TASKS_A_THREAD) {
          long begin = from;
          from = Math.min(end, begin + ROWS_A_TASK);
          long behind = from;
          made.add(pool.submit(() -> lines(begin, behind)));
        }
        Lines next = made.remove().get();
        out.write(next.array(), 0, next.length());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while writing " + part, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("generator failed", e);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Lines lines(long from, long to) {
    Lines out = new Lines();
    EventModel.Event event = new EventModel.Event();
    for (long row = from; row < to; row++) {
      model.fill(row, event);
      if (format == Format.CSV) {
        csv(event, out);
      } else {
        json(event, out);
      }
    }
    return out;
  }

  private static void json(EventModel.Event event, Lines out) {
    out.text(NAMES[0]).number(event.millis);
    quoted(out.text(NAMES[1]), event.type);
    out.text(NAMES[2]).number(event.user);
    quoted(out.text(NAMES[3]), event.country);
    quoted(out.text(NAMES[4]), event.platform);
    quoted(out.text(NAMES[5]), event.version);
    out.text(NAMES[6]).number(event.server);
    out.text(NAMES[7]).number(event.item);
    quoted(out.text(NAMES[8]), event.channel);
    out.text(NAMES[9]).text(event.paying ? TRUE : FALSE);
    out.text(NAMES[10]).number(event.level);
    out.text(NAMES[11]).number(event.score);
    out.text(NAMES[12]).number(event.durationMillis);
    out.text(NAMES[13]).hundredths(event.cents);
    out.text(NAMES[14]).character('"').uuid(event.sessionHigh, event.sessionLow).character('"');
    out.text(NAMES[15]);
    if (event.referrer.length == 0) {
      out.text(NULL);
    } else {
      quoted(out, event.referrer);
    }
    out.character('}').character('\n');
  }

  private static void quoted(Lines out, byte[] text) {
    out.character('"').text(text).character('"');
  }

  private static void csv(EventModel.Event event, Lines out) {
    out.number(event.millis).character(',').text(event.type);
    out.character(',').number(event.user).character(',').text(event.country);
    out.character(',').text(event.platform).character(',').text(event.version);
    out.character(',').number(event.server).character(',').number(event.item);
    out.character(',').text(event.channel).character(',').text(event.paying ? TRUE : FALSE);
    out.character(',').number(event.level).character(',').number(event.score);
    out.character(',').number(event.durationMillis).character(',').hundredths(event.cents);
    out.character(',').uuid(event.sessionHigh, event.sessionLow);
    out.character(',').text(event.referrer).character('\n');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
