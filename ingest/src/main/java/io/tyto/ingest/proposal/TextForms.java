package io.tyto.ingest.proposal;

import java.time.DateTimeException;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which forms all texts of a sample share. A form that one text lacks is gone.
final class TextForms {
  /// Digits after a leading zero are a code, not a number.
  private static final String DIGITS = "-?(0|[1-9]\\d{0,29})";

  private static final Pattern WHOLE = Pattern.compile(DIGITS);
  private static final Pattern NUMBER =
      Pattern.compile(DIGITS + "(\\.\\d{1,20})?([eE][+-]?\\d{1,2})?");
  private static final Pattern BOOL = Pattern.compile("true|false", Pattern.CASE_INSENSITIVE);
  private static final Pattern ISO_DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
  private static final Pattern ISO_TIME =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d([.,]\\d{1,9})?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-fA-F:]{3,39}");

  /// Patterns tried on texts that are no ISO-8601; the first that reads them all is proposed.
  private static final List<String> TIME_PATTERNS =
      List.of(
          "yyyy/MM/dd HH:mm:ss",
          "dd.MM.yyyy HH:mm:ss",
          "dd/MM/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm",
          "dd/MMM/yyyy:HH:mm:ss Z",
          "EEE MMM dd HH:mm:ss yyyy");

  private static final List<String> DATE_PATTERNS =
      List.of("yyyy/MM/dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "MMM dd yyyy", "dd MMM yyyy");

  /// A form: a test, and the name by which it is asked for.
  private record Form(String name, Predicate<String> fits) {}

  private static final List<Form> ALL = forms();

  private final List<Form> alive = new ArrayList<>(ALL);
  private boolean hasTexts;

  private static List<Form> forms() {
    List<Form> forms = new ArrayList<>();
    forms.add(new Form("number", NUMBER.asMatchPredicate()));
    forms.add(new Form("whole", WHOLE.asMatchPredicate()));
    forms.add(new Form("bool", BOOL.asMatchPredicate()));
    forms.add(new Form("date", ISO_DATE.asMatchPredicate()));
    forms.add(new Form("time", ISO_TIME.asMatchPredicate().or(ISO_DATE.asMatchPredicate())));
    forms.add(new Form("uuid", UUID.asMatchPredicate()));
    forms.add(new Form("ip", IPV4.asMatchPredicate().or(IPV6.asMatchPredicate())));
    for (String pattern : TIME_PATTERNS) {
      forms.add(new Form(pattern, text -> isReadBy(formatter(pattern), text)));
    }
    for (String pattern : DATE_PATTERNS) {
      forms.add(new Form(pattern, text -> isReadBy(formatter(pattern), text)));
    }
    return List.copyOf(forms);
  }

  void add(String text) {
    hasTexts = true;
    alive.removeIf(form -> !form.fits().test(text));
  }

  boolean areNumbers() {
    return are("number");
  }

  boolean areWhole() {
    return are("whole");
  }

  boolean areBools() {
    return are("bool");
  }

  boolean areDates() {
    return are("date");
  }

  boolean areTimes() {
    return are("time");
  }

  boolean areUuids() {
    return are("uuid");
  }

  boolean areIps() {
    return are("ip");
  }

  /// A pattern with a time of day that reads every text, or null.
  @Nullable String timePattern() {
    return TIME_PATTERNS.stream().filter(this::are).findFirst().orElse(null);
  }

  /// A pattern of a day that reads every text, or null.
  @Nullable String datePattern() {
    return DATE_PATTERNS.stream().filter(this::are).findFirst().orElse(null);
  }

  private boolean are(String name) {
    return hasTexts && alive.stream().anyMatch(form -> form.name().equals(name));
  }

  private static DateTimeFormatter formatter(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.ENGLISH);
  }

  private static boolean isReadBy(DateTimeFormatter formatter, String text) {
    try {
      formatter.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
