package io.tyto.ingest.decode;

/// Reads ISO-8601 from bytes: `yyyy-MM-dd`, then optionally `T` or a blank and
/// `HH:mm[:ss[.fraction]]` with `Z`, an offset or nothing (UTC). Fractions beyond nanoseconds are
/// cut off. Reused.
final class IsoTime {
  private static final int DATE_LENGTH = 10;
  private static final int SECONDS_PER_DAY = 86_400;
  private static final int MAX_OFFSET_HOURS = 18;
  private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private byte[] data = {};
  private int position;
  private int end;

  private long epochDay;
  private int secondOfDay;
  private int nanos;

  /// Days since 1970-01-01 in UTC; an offset has been applied.
  long epochDay() {
    return epochDay;
  }

  int secondOfDay() {
    return secondOfDay;
  }

  int nanos() {
    return nanos;
  }

  /// Reads a date alone; false where the text is none.
  boolean readDate(byte[] text, int from, int to) {
    data = text;
    position = from;
    end = to;
    secondOfDay = 0;
    nanos = 0;
    return to - from == DATE_LENGTH && date();
  }

  /// Reads a date or a date with time; false where the text is neither.
  boolean read(byte[] text, int from, int to) {
    if (to - from <= DATE_LENGTH) {
      return readDate(text, from, to);
    }
    data = text;
    position = from;
    end = to;
    nanos = 0;
    return date() && takeAny('T', 't', ' ') && timeOfDay() && offset() && position == end;
  }

  private boolean date() {
    int year = digits(4);
    boolean separated = take('-');
    int month = digits(2);
    separated &= take('-');
    int day = digits(2);
    if (!separated || year < 0 || month < 1 || month > 12 || day < 1 || day > days(year, month)) {
      return false;
    }
    epochDay = epochDay(year, month, day);
    return true;
  }

  private boolean timeOfDay() {
    int hour = digits(2);
    boolean separated = take(':');
    int minute = digits(2);
    int second = 0;
    if (take(':')) {
      second = digits(2);
      if (takeAny('.', ',', '.') && !fraction()) {
        return false;
      }
    }
    secondOfDay = (hour * 60 + minute) * 60 + second;
    return separated && isWithin(hour, 23) && isWithin(minute, 59) && isWithin(second, 59);
  }

  private boolean fraction() {
    int from = position;
    int unit = 100_000_000;
    while (position < end && data[position] >= '0' && data[position] <= '9') {
      nanos += (data[position] - '0') * unit;
      unit /= 10;
      position++;
    }
    return position > from;
  }

  /// `Z`, `+hh`, `+hhmm`, `+hh:mm` or nothing.
  private boolean offset() {
    if (position == end || takeAny('Z', 'z', 'Z')) {
      return true;
    }
    boolean isWest = take('-');
    if (!isWest && !take('+')) {
      return false;
    }
    int hours = digits(2);
    int minutes = 0;
    if (position < end) {
      take(':');
      minutes = digits(2);
    }
    if (!isWithin(hours, MAX_OFFSET_HOURS) || !isWithin(minutes, 59)) {
      return false;
    }
    int offset = (hours * 60 + minutes) * 60;
    int utc = secondOfDay + (isWest ? offset : -offset);
    epochDay += Math.floorDiv(utc, SECONDS_PER_DAY);
    secondOfDay = Math.floorMod(utc, SECONDS_PER_DAY);
    return true;
  }

  /// The next `count` digits as a number, or -1.
  private int digits(int count) {
    if (end - position < count) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < count; i++) {
      int digit = data[position + i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    position += count;
    return value;
  }

  private boolean take(char c) {
    if (position < end && data[position] == c) {
      position++;
      return true;
    }
    return false;
  }

  private boolean takeAny(char a, char b, char c) {
    return take(a) || take(b) || take(c);
  }

  private static boolean isWithin(int value, int max) {
    return value >= 0 && value <= max;
  }

  private static int days(int year, int month) {
    boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && isLeap ? 29 : DAYS_IN_MONTH[month - 1];
  }

  /// Counts years from March, so that the leap day is the last of its year.
  private static long epochDay(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(shifted, 400);
    int yearOfEra = shifted - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }
}
