package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigFile;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The schema files that configs name. A config's text carries them behind itself, each as a YAML
/// document of its own, so that they go wherever the config goes and are of its version:
///
/// ```yaml
/// collection: recharge
/// ...
/// source: { kafka: { topic: t, format: avro, schema: recharge.avsc } }
/// ---
/// file: recharge.avsc
/// base64: eyJ0eXBlIjoi...
/// ```
///
/// Thread-safe: no state.
public final class Attachments {
  /// Of all files of a config together; their text must fit {@link YamlFile#MAX_CHARACTERS}.
  public static final int MAX_BYTES = 512 << 10;

  private static final String NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

  private Attachments() {}

  /// Whether a config may name a file so: below its own folder, and by no detours.
  static boolean isName(String name) {
    return name.length() <= 255 && name.matches(NAME);
  }

  /// The config with the files that it names. A file that is not there is left for the parser to
  /// complain about.
  ///
  /// @param folder the content of the file of a name, or null
  public static ConfigFile attach(ConfigFile file, Function<String, byte @Nullable []> folder) {
    YamlFile.Content content = YamlFile.read(file, new Problems(file.name()));
    Section source = content.top() == null ? null : content.top().section("source");
    StringBuilder text = new StringBuilder(file.text());
    for (String kind : new String[] {"kafka", "nats"}) {
      Section feed = source == null ? null : source.section(kind);
      String name = feed == null ? null : feed.plainText("schema");
      byte[] bytes =
          name == null || !isName(name) || content.files().containsKey(name)
              ? null
              : folder.apply(name);
      if (bytes != null) {
        text.append(file.text().endsWith("\n") ? "---\n" : "\n---\n")
            .append("file: ")
            .append(name)
            .append("\nbase64: ")
            .append(Base64.getEncoder().encodeToString(bytes))
            .append('\n');
      }
    }
    return new ConfigFile(file.name(), text.toString());
  }
}
