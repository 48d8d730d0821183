package io.tyto.cluster.simulate;

import java.util.Locale;

/// Numbers for people, three digits of them.
final class Figures {
  private static final String[] STEPS = {"", " k", " M", " G", " T", " P", " E"};

  private Figures() {}

  /// In powers of a thousand: `1.20 M`.
  static String count(double value) {
    double rest = value;
    int step = 0;
    while (rest >= 999.5 && step < STEPS.length - 1) {
      rest /= 1_000;
      step++;
    }
    return digits(rest, step == 0) + STEPS[step];
  }

  /// Of 10^12 to the terabyte, as disks and networks are sold.
  static String bytes(double value) {
    String count = count(value);
    return count.contains(" ") ? count + "B" : count + " B";
  }

  static String seconds(double seconds) {
    if (seconds == Double.POSITIVE_INFINITY) {
      return "never";
    }
    if (seconds < 1) {
      return millis(seconds * 1e3);
    }
    if (seconds < 99.5) {
      return digits(seconds, false) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 3_600
        ? "%d min %02d s".formatted(whole / 60, whole % 60)
        : "%d h %02d min".formatted(whole / 3_600, whole / 60 % 60);
  }

  static String millis(double millis) {
    return millis >= 9_999.5 ? seconds(millis / 1e3) : digits(millis, false) + " ms";
  }

  static String percent(double share) {
    return digits(share * 100, false) + " %";
  }

  private static String digits(double value, boolean isWhole) {
    if (value == 0 || isWhole && value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    double size = Math.abs(value);
    String format = size >= 99.5 ? "%,.0f" : size >= 9.95 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
