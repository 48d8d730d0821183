package io.tyto.server.cli;

import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.DataLock;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// Mixed into a command, adds a flag for each setting that the command heeds and resolves all
/// settings.
@Command
final class SettingFlags {
  /// What a command heeds that only reads a data folder, or asks who holds it.
  static final Set<Setting> FOLDER =
      EnumSet.of(Setting.DATA, Setting.NODE, Setting.STORE, Setting.S3_ENDPOINT, Setting.S3_REGION);

  /// What a command heeds that only reads event configs.
  static final Set<Setting> CONFIGS = EnumSet.of(Setting.CONFIG, Setting.PIPELINE, Setting.PLUGINS);

  /// What a command heeds that writes to a data folder without serving it.
  static final Set<Setting> WRITING =
      EnumSet.of(
          Setting.CONFIG,
          Setting.DATA,
          Setting.NODE,
          Setting.MEMORY,
          Setting.STORE,
          Setting.S3_ENDPOINT,
          Setting.S3_REGION,
          Setting.CACHE_SEGMENTS,
          Setting.LOG_DURABILITY,
          Setting.LOG_FILE_BYTES,
          Setting.LOG_GAP_POLICY,
          Setting.DISK_PAUSE_BELOW,
          Setting.DISK_READ_ONLY_BELOW,
          Setting.PARTITIONS,
          Setting.SEAL_ROWS,
          Setting.SEAL_BYTES,
          Setting.SEAL_AGE,
          Setting.SEAL_SMALL_AGE,
          Setting.KAFKA_BROKERS,
          Setting.KAFKA_GROUP,
          Setting.KAFKA_PROPERTIES,
          Setting.KAFKA_DEADLINE,
          Setting.NATS_SERVERS,
          Setting.NATS_CREDENTIALS,
          Setting.NATS_DEADLINE,
          Setting.DEDUP_WINDOW,
          Setting.PIPELINE,
          Setting.PLUGINS,
          Setting.PRIVACY_KEY_FILE);

  /// What a command heeds that tells of the pipeline.
  static final Set<Setting> PIPELINE =
      EnumSet.of(Setting.CONFIG, Setting.DATA, Setting.NODE, Setting.PIPELINE, Setting.PLUGINS);

  /// What a command heeds that only reads the secret.
  static final Set<Setting> KEYS = EnumSet.of(Setting.DATA, Setting.PRIVACY_KEY_FILE);

  static final Set<Setting> ALL = EnumSet.allOf(Setting.class);

  /// The demo brings its own configs and data, and lets everybody in.
  static final Set<Setting> DEMO =
      EnumSet.complementOf(
          EnumSet.of(Setting.CONFIG, Setting.DATA, Setting.ACCESS, Setting.ACCESS_FILE));

  private final Set<Setting> heeded;
  private final Map<Setting, String> flags = new EnumMap<>(Setting.class);
  private @Nullable Path serverFile;

  SettingFlags(Set<Setting> heeded) {
    this.heeded = heeded;
  }

  @Spec(Spec.Target.MIXEE)
  void addTo(CommandSpec spec) {
    // Settings are many; they stand behind the command's own options and not in its synopsis.
    spec.usageMessage().abbreviateSynopsis(true);
    ArgGroupSpec.Builder group =
        ArgGroupSpec.builder()
            .exclusive(false)
            .validate(false)
            .order(1)
            .heading("%nSettings (also in the environment and in the server file):%n");
    for (Setting setting : heeded) {
      group.addArg(
          OptionSpec.builder(setting.flag())
              .paramLabel(label(setting.kind()))
              .type(String.class)
              .order(setting.ordinal())
              .description(
                  setting.defaultValue().isEmpty()
                      ? setting.description()
                      : "%s (default: %s)".formatted(setting.description(), setting.defaultValue()))
              .setter(new Setter(value -> flags.put(setting, value.toString())))
              .build());
    }
    group.addArg(
        OptionSpec.builder("--server-file")
            .paramLabel("FILE")
            .type(Path.class)
            .order(Setting.values().length)
            .description("server file with settings; also TYTO_SERVER_FILE")
            .setter(new Setter(value -> serverFile = (Path) value))
            .build());
    spec.addArgGroup(group.build());
  }

  private static String label(Setting.Kind kind) {
    return switch (kind) {
      case TEXT -> "TEXT";
      case NUMBER -> "NUMBER";
      case BYTES -> "SIZE";
      case DURATION -> "DURATION";
    };
  }

  private interface Taker {
    void take(Object value);
  }

  private record Setter(Taker taker) implements ISetter {
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals")
    public <T> T set(T value) {
      if (value != null) {
        taker.take(value);
      }
      return value;
    }
  }

  Settings resolve() {
    return resolve(Map.of());
  }

  /// Who holds the data folder; of several that share it the one that `node` names.
  static Optional<DataLock.Holder> holder(Settings settings) {
    return DataLock.holder(settings.path(Setting.DATA), settings.text(Setting.NODE));
  }

  /// @param overrides stand above flags
  Settings resolve(Map<Setting, String> overrides) {
    Path file = serverFile;
    String named = System.getenv("TYTO_SERVER_FILE");
    if (file == null && named != null) {
      file = Path.of(named);
    }
    Map<Setting, String> all = new EnumMap<>(Setting.class);
    all.putAll(flags);
    all.putAll(overrides);
    return Settings.resolve(file, System.getenv(), all);
  }
}
