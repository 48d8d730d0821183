package io.tyto.server;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/// The plug-ins and the enrichers that the settings name. Lifetime: a node that is given both
/// closes them; otherwise whoever made it closes this.
public record Extensions(Plugins plugins, Pipeline pipeline) implements AutoCloseable {

  /// CONFIG_INVALID where a jar, an enricher or its settings do not do.
  public static Extensions of(Settings settings) {
    Plugins plugins = plugins(settings);
    try {
      Pipeline pipeline =
          Pipeline.of(
              settings.pipeline(),
              plugins.providers(EnricherProvider.class, "enricher", EnricherProvider::name));
      return new Extensions(plugins, pipeline);
    } catch (RuntimeException e) {
      plugins.close();
      throw e;
    }
  }

  private static Plugins plugins(Settings settings) {
    Path folder = settings.path(Setting.PLUGINS);
    boolean isDefault = settings.value(Setting.PLUGINS).origin().equals("default");
    return isDefault && !Files.exists(folder) ? Plugins.builtIn() : Plugins.load(folder);
  }

  @Override
  public void close() {
    pipeline.close();
    plugins.close();
  }
}
