package io.tyto.perf;

import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Game events of 16 columns as lines of JSON: skewed, nearly in time order, of all usual widths.
/// Every event is a function of its number and the number of users. Thread-safe: no state.
final class EventRows {
  /// 2026-01-01T00:00:00Z.
  static final long START_MILLIS = 1_767_225_600_000L;

  static final int COUNTRIES = 200;

  static final ConfigFile CONFIG =
      new ConfigFile(
          "event.yaml",
          """
          collection: event
          time: ts
          entity: { name: user, key: user_id }
          fields:
            ts: { type: timestamp }
            event_type: { type: string }
            user_id: { type: string }
            country: { type: string }
            platform: { type: string }
            app_version: { type: string }
            server_id: { type: int }
            item_id: { type: string }
            channel: { type: string }
            is_paying: { type: bool }
            level: { type: int }
            score: { type: long }
            duration_ms: { type: long }
            amount: { type: "decimal(18,2)" }
            session_id: { type: uuid }
            referrer: { type: string }
          source:
            formats: { ts: epoch_ms }
          """);

  private static final String[] TYPES = {
    "login",
    "level_start",
    "level_end",
    "item_view",
    "logout",
    "purchase",
    "chat",
    "quest_start",
    "quest_end",
    "error"
  };
  private static final String[] PLATFORMS = {"android", "ios", "windows", "web"};
  private static final long SEED = 0x5eed_0e7e_2026L;

  private final int users;
  private final long millisApart;

  /// @param millisApart time from one event to the next
  EventRows(int users, long millisApart) {
    this.users = users;
    this.millisApart = millisApart;
  }

  static TableSchema schema() {
    return Schemas.firstVersion(ConfigParser.parse(List.of(CONFIG)).orThrow().getFirst(), 1, 1, 1);
  }

  /// Events `[from, to)`, a line each.
  byte[] lines(long from, long to) {
    StringBuilder out = new StringBuilder((int) (to - from) * 340);
    for (long row = from; row < to; row++) {
      write(row, out);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write(long row, StringBuilder out) {
    int user = (int) (users * Math.pow(unit(row, 1), 2));
    int type = (int) (TYPES.length * Math.pow(unit(row, 2), 2));
    out.append("{\"ts\":").append(START_MILLIS + row * millisApart - (long) (500 * unit(row, 3)));
    text(out, "event_type", TYPES[type]);
    text(out, "user_id", "u" + (1_000_000 + user));
    text(out, "country", country((int) (COUNTRIES * Math.pow(unit(user, 4), 3))));
    text(out, "platform", PLATFORMS[(int) (4 * unit(user, 5))]);
    text(out, "app_version", "4." + (int) (20 * Math.pow(unit(row, 6), 2)) + ".1");
    number(out, "server_id", (long) (500 * unit(user, 7)));
    text(out, "item_id", "item" + (int) (20_000 * Math.pow(unit(row, 8), 4)));
    text(out, "channel", "channel" + (int) (30 * unit(user, 9)));
    out.append(",\"is_paying\":").append(unit(user, 10) < 0.08);
    number(out, "level", 1 + (long) (99 * unit(user, 11)));
    number(out, "score", (long) Math.exp(14 * unit(row, 12)));
    number(out, "duration_ms", (long) (600_000 * unit(row, 13) * unit(row, 14)));
    long cents = type == 5 ? 99 + (long) (10_000 * Math.pow(unit(row, 15), 4)) : 0;
    out.append(",\"amount\":").append(cents / 100).append('.');
    out.append((char) ('0' + cents / 10 % 10)).append((char) ('0' + cents % 10));
    out.append(",\"session_id\":\"").append(session(user, row * millisApart / 1_800_000));
    out.append("\",\"referrer\":");
    if (unit(row, 16) < 0.3) {
      out.append("null}\n");
    } else {
      int site = (int) (5_000 * Math.pow(unit(row, 17), 3));
      out.append("\"https://site").append(site).append(".example/shop/news\"}\n");
    }
  }

  static String country(int number) {
    return "" + (char) ('A' + number % 26) + (char) ('A' + number / 26);
  }

  private static String session(int user, long halfHour) {
    return new java.util.UUID(hash(user, 18) ^ halfHour, hash(halfHour, user)).toString();
  }

  private static void text(StringBuilder out, String name, String value) {
    out.append(",\"").append(name).append("\":\"").append(value).append('"');
  }

  private static void number(StringBuilder out, String name, long value) {
    out.append(",\"").append(name).append("\":").append(value);
  }

  static double unit(long row, int lane) {
    return (hash(row, lane) >>> 11) * 0x1.0p-53;
  }

  /// SplitMix64 over seed, row and lane.
  static long hash(long row, int lane) {
    long z = SEED + row * 0x9E3779B97F4A7C15L + lane * 0xD1B54A32D192ED03L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
