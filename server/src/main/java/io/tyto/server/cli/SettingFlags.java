package io.tyto.server.cli;

import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Mixed into a command, adds a flag for each setting and resolves them all.
final class SettingFlags {
  @Option(
      names = "--server-file",
      paramLabel = "FILE",
      description = "server file with settings; also TYTO_SERVER_FILE")
  private @Nullable Path serverFile;

  private final Map<Setting, String> flags = new EnumMap<>(Setting.class);

  @Spec(Spec.Target.MIXEE)
  void addTo(CommandSpec spec) {
    for (Setting setting : Setting.values()) {
      spec.addOption(
          OptionSpec.builder(setting.flag())
              .paramLabel(setting.kind().name())
              .type(String.class)
              .description(
                  "%s (default: %s)".formatted(setting.description(), setting.defaultValue()))
              .setter(new FlagSetter(flags, setting))
              .build());
    }
  }

  private record FlagSetter(Map<Setting, String> flags, Setting setting)
      implements picocli.CommandLine.Model.ISetter {
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals")
    public <T> T set(T value) {
      if (value != null) {
        flags.put(setting, value.toString());
      }
      return value;
    }
  }

  Settings resolve() {
    return resolve(Map.of());
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
