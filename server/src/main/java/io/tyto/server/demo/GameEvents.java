package io.tyto.server.demo;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A month of events of a game: logins, scores of rounds, recharges. Every event is a function of
/// the seed and its number, but for the month itself, which ends with the current hour.
///
/// Skewed as real ones are: a few users, countries and items make most of the events, evenings are
/// busier than nights, and about one event in 20,000 is broken in one of five ways.
final class GameEvents {
  private static final long SEED = 0x7e57_0b1dL;
  private static final int BROKEN_ONE_IN = 20_000;
  private static final int USERS = 60_000;
  private static final String[] COUNTRIES = {
    "US", "BR", "DE", "IN", "TR", "FR", "GB", "MX", "PL", "ID", "ES", "IT", "JP", "KR", "CA", "AR",
    "NL", "SE", "PH", "VN", "EG", "RO", "CL", "CO", "AU", "ZA", "NO", "FI", "PT", "GR"
  };
  private static final String[] PLATFORMS = {"android", "ios", "pc", "console"};
  private static final String[] VERSIONS = {"4.2.0", "4.1.3", "4.1.2", "4.0.9", "3.9.1"};
  private static final String[] MODES = {"ranked", "casual", "beginner", "tournament", "coop"};
  private static final String[] TAGS = {"streak", "comeback", "mvp", "perfect", "overtime"};
  private static final String[] ITEMS = {
    "gems_small", "gems_medium", "gems_large", "season_pass", "starter_pack", "skin_dragon",
    "skin_owl", "xp_boost", "name_change", "chest_gold", "chest_silver", "mount_wolf"
  };
  private static final int[] CENTS = {
    199, 499, 1999, 999, 299, 1499, 1299, 399, 599, 799, 349, 2499
  };

  /// Which collection an event belongs to.
  enum Kind {
    LOGIN("login"),
    SCORE("score"),
    RECHARGE("recharge");

    private final String collection;

    Kind(String collection) {
      this.collection = collection;
    }

    String collection() {
      return collection;
    }
  }

  private final long rows;
  private final long startMillis;
  private final long spanMillis;

  GameEvents(long rows, Instant start, Instant end) {
    this.rows = rows;
    this.startMillis = start.toEpochMilli();
    this.spanMillis = end.toEpochMilli() - startMillis;
  }

  Kind kind(long row) {
    double u = unit(row, 1);
    return u < 0.34 ? Kind.LOGIN : u < 0.87 ? Kind.SCORE : Kind.RECHARGE;
  }

  /// Whether it does not fit its collection.
  boolean isBroken(long row) {
    return Long.remainderUnsigned(hash(row, 99), BROKEN_ONE_IN) == 0;
  }

  /// The key of its entity.
  String userId(long row) {
    return "u" + user(row);
  }

  /// What it adds to the sum that the demo checks: cents of a recharge, points of a round.
  long weight(long row) {
    return switch (kind(row)) {
      case LOGIN -> 0;
      case SCORE -> points(row);
      case RECHARGE -> Long.parseLong(cents(row).replace(".", ""));
    };
  }

  /// Appends the event as one line of JSON.
  void write(long row, StringBuilder out) {
    if (isBroken(row)) {
      broken(row, out);
    } else {
      switch (kind(row)) {
        case LOGIN -> login(row, out);
        case SCORE -> score(row, out);
        case RECHARGE -> recharge(row, cents(row), out);
      }
    }
    out.append('\n');
  }

  private void login(long row, StringBuilder out) {
    int user = user(row);
    common(row, user, out);
    text(out, "platform", platform(user));
    text(out, "version", pick(VERSIONS, unit(row, 5), 2.0));
    long ip = hash(user, 6);
    out.append(",\"ip\":\"10.")
        .append(ip & 255)
        .append('.')
        .append(ip >>> 8 & 255)
        .append('.')
        .append(ip >>> 16 & 255)
        .append("\"}");
  }

  private void score(long row, StringBuilder out) {
    int user = user(row);
    common(row, user, out);
    text(out, "mode", pick(MODES, unit(row, 7), 1.6));
    number(out, "server_id", 1 + (long) (40 * Math.pow(unit(row, 8), 2)));
    number(out, "level", 1 + (long) (99 * unit(user, 9) * unit(row, 10)));
    number(out, "score", points(row));
    number(out, "duration_ms", (long) (40_000 + 600_000 * unit(row, 12) * unit(row, 13)));
    out.append(",\"won\":").append(unit(row, 14) < 0.48);
    int tags = (int) (3 * unit(row, 15) * unit(row, 16) * 1.5);
    out.append(",\"tags\":[");
    for (int i = 0; i < tags; i++) {
      out.append(i == 0 ? "\"" : ",\"").append(pick(TAGS, unit(row, 17 + i), 1.5)).append('"');
    }
    out.append("]}");
  }

  private void recharge(long row, String amount, StringBuilder out) {
    int user = user(row);
    common(row, user, out);
    text(out, "event_id", "r" + row);
    text(out, "platform", platform(user));
    out.append(",\"item\":{\"id\":\"").append(ITEMS[item(row)]).append("\"}");
    out.append(",\"payment\":{\"amount\":").append(amount).append(",\"currency\":\"USD\"}}");
  }

  private void broken(long row, StringBuilder out) {
    switch ((int) Long.remainderUnsigned(hash(row, 98), 5)) {
      case 0 -> out.append("{\"ts\":\"yesterday\",\"user_id\":\"u1\"}");
      case 1 -> out.append("{\"ts\":\"").append(time(row)).append("\",\"user_id\":");
      case 2 -> {
        common(row, user(row), out);
        out.append(
            ",\"level\":\"high\",\"platform\":7,\"payment\":{\"amount\":\"a lot\"},\"ip\":9}");
      }
      case 3 -> out.append("{\"ts\":\"2999-01-01T00:00:00Z\",\"user_id\":\"u2\"}");
      default -> out.append("[1,2,3]");
    }
  }

  private void common(long row, int user, StringBuilder out) {
    out.append("{\"ts\":\"").append(time(row)).append('"');
    text(out, "user_id", "u" + user);
    text(out, "country", country(user));
  }

  /// In order, with up to 20 s of disorder, and busier around 19:00 UTC than around 07:00.
  private String time(long row) {
    double fraction = (row + unit(row, 2)) / rows;
    double day = 86_400_000.0;
    double angle = 2 * Math.PI * (fraction * spanMillis / day - 7.0 / 24);
    double warped = fraction * spanMillis - 0.6 * day / (2 * Math.PI) * Math.sin(angle);
    long millis = startMillis + (long) Math.clamp(warped, 0, spanMillis - 1) - jitter(row);
    return DateTimeFormatter.ISO_INSTANT.format(
        Instant.ofEpochMilli(Math.max(startMillis, millis)).atOffset(ZoneOffset.UTC));
  }

  private static long jitter(long row) {
    return (long) (20_000 * unit(row, 3));
  }

  private static long points(long row) {
    return (long) (50_000 * Math.pow(unit(row, 11), 3));
  }

  private static int user(long row) {
    return 1 + (int) (USERS * Math.pow(unit(row, 4), 3));
  }

  private static String country(int user) {
    return pick(COUNTRIES, unit(user, 20), 2.2);
  }

  private static String platform(int user) {
    return pick(PLATFORMS, unit(user, 21), 1.4);
  }

  private static int item(long row) {
    return (int) (ITEMS.length * Math.pow(unit(row, 22), 1.8));
  }

  private static String cents(long row) {
    int cents = CENTS[item(row)] * (unit(row, 23) < 0.04 ? 10 : 1);
    return String.format(Locale.ROOT, "%d.%02d", cents / 100, cents % 100);
  }

  private static String pick(String[] values, double u, double skew) {
    return values[(int) (values.length * Math.pow(u, skew))];
  }

  private static void text(StringBuilder out, String name, String value) {
    out.append(",\"").append(name).append("\":\"").append(value).append('"');
  }

  private static void number(StringBuilder out, String name, long value) {
    out.append(",\"").append(name).append("\":").append(value);
  }

  private static double unit(long row, int lane) {
    return (hash(row, lane) >>> 11) * 0x1.0p-53;
  }

  /// SplitMix64 over seed, row and lane.
  private static long hash(long row, int lane) {
    long z = SEED + row * 0x9E3779B97F4A7C15L + lane * 0xD1B54A32D192ED03L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  static byte[] utf8(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
