package io.tyto.perf.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What happens in the generated game: 90 days of a million users, each event a function of its
/// number and of how many there are.
///
/// Ranks are skewed as in real logs: few event types, countries, items and pages make most rows,
/// few users play most. A user has a home country, a device, a channel and a server, and mostly
/// stays with them. Evenings and weekends are busier, the game grows, versions come and go.
///
/// Thread-safe: immutable.
final class EventModel {
  /// 2026-01-01T00:00:00Z.
  static final long START_MILLIS = 1_767_225_600_000L;

  static final int DAYS = 90;
  private static final int HOURS = DAYS * 24;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final int USERS = 1_000_000;
  private static final long FIRST_USER = 1_000_000;

  /// Coprime to the number of users: ranks are scattered over all ids, each id once.
  private static final long USER_STEP = 389_171;

  /// The questions ask for this user, who has about one row in 100,000: rank 4,660 of the million.
  private static final long ASKED_USER = 1_153_054;

  private static final long ASKED_RANK = 4_660;

  static final byte[][] EVENT_TYPES =
      ascii(
          ("session_start level_start level_complete item_view session_end purchase ad_view"
                  + " level_fail item_use login quest_start chat logout quest_complete ad_click"
                  + " friend_add achievement boss_kill tutorial_step error")
              .split(" "));
  static final byte[][] PLATFORMS = ascii("android ios windows web console".split(" "));
  static final byte[][] CHANNELS =
      ascii(
          ("organic search social video store email push affiliate influencer tv cross_promo display"
                  + " native playable rewarded offerwall preload sms qr podcast press event partner"
                  + " retarget referral bundle forum streamer radio unknown")
              .split(" "));
  private static final int PURCHASE = 5;
  private static final int AD_CLICK = 14;
  private static final int VERSIONS = 60;
  private static final String[] WORDS = "news shop play blog mail wiki deal fun app pro".split(" ");

  private final long rows;
  private final byte[][] countries = countries();
  private final byte[][] versions = versions();
  private final byte[][] referrers = referrers();

  /// Share of all events before the hour.
  private final double[] before = new double[HOURS + 1];

  private final Skew types = new Skew(EVENT_TYPES.length, 0.9);
  private final Skew users = new Skew(USERS, 0.6);
  private final Skew homes = new Skew(countries.length, 1.1);
  private final Skew devices = new Skew(PLATFORMS.length, 0.8);
  private final Skew channels = new Skew(CHANNELS.length, 1.0);
  private final Skew items = new Skew(20_000, 0.9);
  private final Skew ages = new Skew(VERSIONS, 0.8);
  private final Skew pages = new Skew(referrers.length, 0.9);

  EventModel(long rows) {
    this.rows = rows;
    for (int i = 0; i < HOURS; i++) {
      int day = i / 24;
      double evening = 1 + 0.75 * Math.sin((i % 24 - 13) * Math.PI / 12);
      double weekend = (day + 3) % 7 >= 5 ? 1.3 : 1;
      before[i + 1] = before[i] + evening * weekend * (1 + day / 300.0);
    }
    for (int i = 0; i <= HOURS; i++) {
      before[i] /= before[HOURS];
    }
  }

  long rows() {
    return rows;
  }

  /// One event; the writer overwrites it for the next.
  static final class Event {
    long millis;
    byte[] type = {};
    long user;
    byte[] country = {};
    byte[] platform = {};
    byte[] version = {};
    int server;
    int item;
    byte[] channel = {};
    boolean paying;
    int level;
    long score;
    int durationMillis;
    long cents;
    long sessionHigh;
    long sessionLow;

    /// Empty: none.
    byte[] referrer = {};
  }

  void fill(long row, Event event) {
    int hour = time(row, event);
    int type = types.pick(unit(row, 1));
    event.type = EVENT_TYPES[type];
    long user = FIRST_USER + scattered(users.pick(unit(row, 2)));
    event.user = user;
    fillHabits(row, user, event);
    boolean ported = unit(row, 3) < 0.10;
    int device = devices.pick(ported ? unit(row, 4) : unit(user, -1));
    event.platform = PLATFORMS[device];
    double progress = hour / (double) HOURS;
    double skill = unit(user, -2);
    event.level = (int) Math.min(100, 1 + 70 * skill * skill + 30 * progress * unit(user, -3));
    event.score = (long) Math.exp(4 + 2.2 * bell(row, 5) + event.level / 14.0);
    event.durationMillis =
        (int) Math.min(HOUR_MILLIS, Math.exp(8.5 + 1.3 * bell(row, 6) + 0.15 * device));
    event.cents = cents(row, type, event.paying);
    // A version is picked by age; what is newest moves on as days pass.
    int newest = (int) ((VERSIONS - 1) * (hour / 24) / (3.0 * DAYS));
    int version = ages.pick(unit(row, 7)) + 20 - newest;
    event.version = versions[Math.clamp(version, 0, VERSIONS - 1)];
    event.item = items.pick(unit(row, 8));
    event.sessionHigh = hash(hash(user, -4), (int) (event.millis / (HOUR_MILLIS / 2)));
    event.sessionLow = hash(event.sessionHigh, 0);
    event.referrer = unit(row, 9) < 0.30 ? new byte[0] : referrers[pages.pick(unit(row, 10))];
  }

  /// What a user keeps to, but for travels.
  private void fillHabits(long row, long user, Event event) {
    boolean travels = unit(row, 11) < 0.03;
    event.country = countries[homes.pick(travels ? unit(row, 12) : unit(user, -5))];
    event.channel = CHANNELS[channels.pick(unit(user, -6))];
    event.paying = unit(user, -7) < 0.08;
    event.server = (int) (500 * unit(user, -8));
  }

  /// Sets the time, in order but for some that arrive up to 20 s late, and returns its hour.
  private int time(long row, Event event) {
    double share = (row + unit(row, 13)) / rows;
    int found = Arrays.binarySearch(before, share);
    int hour = Math.min(HOURS - 1, found < 0 ? -found - 2 : found);
    double part = (share - before[hour]) / (before[hour + 1] - before[hour]);
    long millis = START_MILLIS + (long) ((hour + Math.min(part, 0.999999)) * HOUR_MILLIS);
    long late = (long) (20_000 * Math.pow(unit(row, 14), 8));
    event.millis = Math.max(START_MILLIS, millis - late);
    return hour;
  }

  private static long cents(long row, int type, boolean paying) {
    return switch (type) {
      case PURCHASE -> {
        long whole = (long) Math.exp(1.3 + 1.4 * bell(row, 15) + (paying ? 0.8 : 0));
        yield Math.min(999_999, 99 + 100 * whole);
      }
      case AD_CLICK -> 1 + (long) (30 * unit(row, 15));
      default -> 0;
    };
  }

  private static long scattered(int rank) {
    long asked = ASKED_USER - FIRST_USER;
    return Math.floorMod(asked + (rank - ASKED_RANK) * USER_STEP, (long) USERS);
  }

  private static byte[][] countries() {
    Set<String> codes = new LinkedHashSet<>(List.of("US DE JP BR GB FR IN KR CN RU".split(" ")));
    for (int i = 0; codes.size() < 200; i++) {
      codes.add("" + (char) ('A' + i * 11 % 26) + (char) ('A' + (i / 26 * 3 + i) % 26));
    }
    return ascii(codes.toArray(String[]::new));
  }

  /// Newest first: 4.19.x down to 2.0.x.
  private static byte[][] versions() {
    String[] names = new String[VERSIONS];
    for (int i = 0; i < VERSIONS; i++) {
      names[i] = (4 - i / 20) + "." + (19 - i % 20) + "." + (int) (3 * unit(i, -9));
    }
    return ascii(names);
  }

  private static byte[][] referrers() {
    String[] pages = new String[5_000];
    for (int i = 0; i < pages.length; i++) {
      pages[i] =
          "https://%s%d.example/%s/%s".formatted(word(i, -10), i, word(i, -11), word(i, -12));
    }
    return ascii(pages);
  }

  private static String word(int page, int lane) {
    return WORDS[(int) (WORDS.length * unit(page, lane))];
  }

  private static byte[][] ascii(String[] texts) {
    byte[][] bytes = new byte[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      bytes[i] = texts[i].getBytes(StandardCharsets.US_ASCII);
    }
    return bytes;
  }

  /// Uniform in [0, 1).
  private static double unit(long key, int lane) {
    return (hash(key, lane) >>> 11) * 0x1.0p-53;
  }

  /// About normal, of mean 0 and deviation 1: the sum of four 16-bit parts of one hash.
  private static double bell(long key, int lane) {
    long bits = hash(key, lane);
    long sum = 0;
    for (int shift = 0; shift < 64; shift += 16) {
      sum += bits >>> shift & 0xffff;
    }
    return (sum / 65_536.0 - 2) * Math.sqrt(3);
  }

  private static long hash(long key, int lane) {
    return mixed(mixed(key + 0x7E57_DA7AL) + lane * 0xD1B5_4A32_D192_ED03L);
  }

  /// The finaliser of SplitMix64.
  private static long mixed(long value) {
    long z = value + 0x9E37_79B9_7F4A_7C15L;
    z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
    return z ^ z >>> 31;
  }
}
