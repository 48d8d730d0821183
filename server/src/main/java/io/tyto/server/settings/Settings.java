package io.tyto.server.settings;

import io.tyto.ingest.enrich.StepSettings;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The value of every setting and where it came from. Immutable.
public final class Settings {
  /// Names a folder and a member of a group; statuses call a process's own partitions `self`.
  private static final Pattern NODE = Pattern.compile("(?!self$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}|");

  private static final Pattern ORIGINS =
      Pattern.compile("|\\*|https?://[^/,*\\s]+(,\\s*https?://[^/,*\\s]+)*");

  private static final Pattern BYTES =
      Pattern.compile("(\\d{1,15})\\s*(b|kb|mb|gb|tb)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern DURATION = Pattern.compile("(\\d{1,10})\\s*(ms|s|m|h|d)");
  private static final int MAX_FILE_CHARS = 1 << 20;

  private final Map<Setting, Value> values;
  private final List<StepSettings> pipeline;

  /// @param origin `default`, `environment TYTO_X`, `flag --x`, or `file NAME`
  public record Value(String text, String origin) {}

  private Settings(Map<Setting, Value> values, List<StepSettings> pipeline) {
    this.values = values;
    this.pipeline = List.copyOf(pipeline);
  }

  /// Resolves all settings and checks them; CONFIG_INVALID lists every fault at once.
  public static Settings resolve(
      @Nullable Path file, Map<String, String> environment, Map<Setting, String> flags) {
    List<String> faults = new ArrayList<>();
    Map<Setting, String> fromFile = file == null ? Map.of() : readFile(file, faults);
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      Value value = new Value(setting.defaultValue(), "default");
      String inFile = fromFile.get(setting);
      if (inFile != null) {
        value = new Value(inFile, "file " + file);
      }
      String inEnvironment = environment.get(setting.environmentVariable());
      if (inEnvironment != null) {
        value = new Value(inEnvironment, "environment " + setting.environmentVariable());
      }
      String flag = flags.get(setting);
      if (flag != null) {
        value = new Value(flag, "flag " + setting.flag());
      }
      values.put(setting, value);
      check(setting, value, faults);
    }
    List<StepSettings> pipeline = pipeline(file, values.get(Setting.PIPELINE), faults);
    if (!faults.isEmpty()) {
      throw new TytoException(ErrorCode.CONFIG_INVALID, String.join("\n", faults));
    }
    return new Settings(values, pipeline);
  }

  public Value value(Setting setting) {
    Value value = values.get(setting);
    if (value == null) {
      throw new IllegalStateException("setting " + setting.key() + " was not resolved");
    }
    return value;
  }

  public String text(Setting setting) {
    return value(setting).text();
  }

  public Path path(Setting setting) {
    return Path.of(text(setting));
  }

  /// The number, or `auto` where the text says auto.
  public long number(Setting setting, long auto) {
    String text = text(setting);
    return switch (setting.kind()) {
      case NUMBER -> text.equals("auto") ? auto : Long.parseLong(text);
      case BYTES -> text.equals("auto") ? auto : bytes(text);
      case TEXT, DURATION -> throw new IllegalArgumentException(setting.key() + " is not a number");
    };
  }

  public long number(Setting setting) {
    return number(setting, 0);
  }

  public Duration duration(Setting setting) {
    return duration(text(setting));
  }

  /// The steps of the setting `pipeline`, each with the line where it stands.
  public List<StepSettings> pipeline() {
    return pipeline;
  }

  private static List<StepSettings> pipeline(
      @Nullable Path file, @Nullable Value value, List<String> faults) {
    if (value == null || value.text().isEmpty()) {
      return List.of();
    }
    if (file == null || !value.origin().equals("file " + file)) {
      return PipelineText.ofValue(value.text(), value.origin(), faults);
    }
    try {
      return PipelineText.ofFile(Files.readString(file), file.toString(), faults);
    } catch (IOException e) {
      faults.add("server file " + file + " cannot be read: " + e.getMessage());
      return List.of();
    }
  }

  private static Map<Setting, String> readFile(Path file, List<String> faults) {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    try {
      LoadSettings load =
          LoadSettings.builder()
              .setLabel(file.toString())
              .setCodePointLimit(MAX_FILE_CHARS)
              .build();
      Object root = new Load(load).loadFromString(Files.readString(file));
      if (root instanceof Map<?, ?> map) {
        collect("", map, settings, file, faults);
      } else if (root != null) {
        faults.add(
            file
                + ": expected keys such as `listen: 127.0.0.1:8080`, found a "
                + root.getClass().getSimpleName());
      }
    } catch (IOException e) {
      faults.add("server file " + file + " cannot be read: " + e.getMessage());
    } catch (YamlEngineException e) {
      faults.add("server file " + file + " is not YAML: " + e.getMessage());
    }
    return settings;
  }

  private static void collect(
      String prefix, Map<?, ?> map, Map<Setting, String> settings, Path file, List<String> faults) {
    map.forEach((name, value) -> {
      String key = prefix + name;
      Setting setting = Setting.byKey(key).orElse(null);
      if (setting != null) {
        settings.put(setting, value == null ? "" : text(setting, value));
      } else if (value instanceof Map<?, ?> nested) {
        collect(key + ".", nested, settings, file, faults);
      } else {
        faults.add(
            "%s: unknown setting `%s`; `tyto config show` lists all of them".formatted(file, key));
      }
    });
  }

  private static String text(Setting setting, Object value) {
    if (setting == Setting.PIPELINE) {
      return flow(value);
    }
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : value.toString();
  }

  /// YAML in one line, for people.
  private static String flow(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> entry.getKey() + ": " + flow(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case List<?> list ->
          list.stream().map(Settings::flow).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static void check(Setting setting, Value value, List<String> faults) {
    String text = value.text();
    boolean good =
        switch (setting.kind()) {
          case TEXT -> true;
          case NUMBER ->
              (text.equals("auto") && setting.defaultValue().equals("auto"))
                  || text.matches("\\d{1,18}");
          case BYTES ->
              (text.equals("auto") && setting.defaultValue().equals("auto"))
                  || BYTES.matcher(text).matches();
          case DURATION -> DURATION.matcher(text).matches();
        };
    String expected =
        switch (setting.kind()) {
          case TEXT -> "text";
          case NUMBER -> "a whole number";
          case BYTES -> "a size such as 64MB";
          case DURATION -> "a duration such as 500ms, 60s, 10m, 2h or 7d";
        };
    if (!good) {
      faults.add(
          "setting `%s` is `%s` (%s): expected %s"
              .formatted(setting.key(), text, value.origin(), expected));
      return;
    }
    String fault = closedChoice(setting, text);
    if (fault != null) {
      faults.add(
          "setting `%s` is `%s` (%s): %s".formatted(setting.key(), text, value.origin(), fault));
    }
  }

  private static @Nullable String closedChoice(Setting setting, String text) {
    if (setting == Setting.STORE && !text.equals(StoreSettings.FILE) && !text.startsWith("s3://")) {
      return "expected file, or a bucket such as s3://my-bucket/tyto";
    }
    if (setting == Setting.LOG_DURABILITY && !List.of("group", "request", "os").contains(text)) {
      return "expected group, request or os";
    }
    if (setting == Setting.LOG_FORMAT && !List.of("text", "json").contains(text)) {
      return "expected text or json";
    }
    if (setting == Setting.OWNERSHIP && !List.of("all", "group").contains(text)) {
      return "expected all or group";
    }
    if (setting == Setting.ACCESS && !List.of("keys", "open").contains(text)) {
      return "expected keys or open; the other settings of access stand in lines of their own, such as access.file: access.yaml";
    }
    if (setting == Setting.ACCESS_OPEN_ANYWHERE && !List.of("true", "false").contains(text)) {
      return "expected true or false";
    }
    if (setting == Setting.NODE && !NODE.matcher(text).matches()) {
      return "expected at most 64 letters, digits, '.', '_' and '-', and not `self`";
    }
    if (setting == Setting.LOG_GAP_POLICY && !List.of("halt", "continue").contains(text)) {
      return "expected halt or continue";
    }
    if (setting == Setting.TRACES_SAMPLE_RATIO && !text.matches("0(\\.\\d{1,9})?|1(\\.0)?")) {
      return "expected a share from 0 to 1, such as 0.01";
    }
    if (setting == Setting.TRACES_ENDPOINT && !text.matches("(https?://\\S+)?")) {
      return "expected a URL such as http://localhost:4318/v1/traces";
    }
    if (setting == Setting.DEAD_LETTERS_ALARM_RATIO && !text.matches("0(\\.\\d{1,9})?|1(\\.0)?")) {
      return "expected a share from 0 to 1, such as 0.05";
    }
    if (setting == Setting.DEAD_LETTERS_PAUSE && !List.of("true", "false").contains(text)) {
      return "expected true or false";
    }
    if (setting == Setting.HTTP_PROFILE && !List.of("compatible", "2026").contains(text)) {
      return "expected compatible or 2026";
    }
    if (setting == Setting.HTTP_DOCUMENTS
        && !List.of("any", "apq", "trusted-only").contains(text)) {
      return "expected any, apq or trusted-only";
    }
    if (setting == Setting.HTTP_CORS_ORIGINS && !ORIGINS.matcher(text).matches()) {
      return "expected origins such as https://app.example.com, with commas and without paths, or *";
    }
    if (setting == Setting.ADMIN_LISTEN && !text.matches("auto|.+:\\d{1,5}")) {
      return "expected host:port, or auto";
    }
    if (setting == Setting.LISTEN && !text.matches(".+:\\d{1,5}")) {
      return "expected host:port";
    }
    if (setting == Setting.PARTITIONS
        && (Long.parseLong(text) < 1 || Long.parseLong(text) > 1024)) {
      return "expected 1 to 1024";
    }
    return null;
  }

  static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String unit = matcher.group(2) == null ? "b" : matcher.group(2).toLowerCase(Locale.ROOT);
    int power = List.of("b", "kb", "mb", "gb", "tb").indexOf(unit);
    return Long.parseLong(matcher.group(1)) << (10 * power);
  }

  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }
}
