package io.tyto.ingest.plugin;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/// One jar of the plug-in folder. Every error is CONFIG_INVALID and names the jar. Thread-safe.
final class PluginJarLoader implements AutoCloseable {
  static final String SERVICES = "META-INF/services/";

  private final Path jar;
  private final URLClassLoader loader;

  private PluginJarLoader(Path jar, URLClassLoader loader) {
    this.jar = jar;
    this.loader = loader;
  }

  static PluginJarLoader open(Path jar, SpiClassLoader parent) {
    // A class loader passes over what is no jar without a word.
    try (JarFile file = new JarFile(jar.toFile())) {
      boolean isPlugin =
          file.stream()
              .anyMatch(entry ->
                  entry.getName().startsWith(SERVICES + SpiClassLoader.PACKAGES.get(0))
                      || entry.getName().equals(SERVICES + Driver.class.getName()));
      if (!isPlugin) {
        throw broken(
            jar,
            "names no provider in %s%sEnricherProvider or the like, and no JDBC driver; libraries of a plug-in go into its own jar"
                .formatted(SERVICES, SpiClassLoader.PACKAGES.get(0)),
            null);
      }
      URL[] urls = {jar.toUri().toURL()};
      String name = "plugin " + jar.getFileName();
      return new PluginJarLoader(jar, new URLClassLoader(name, urls, parent));
    } catch (IOException e) {
      throw broken(jar, "cannot be read as a jar: " + e.getMessage(), e);
    }
  }

  String fileName() {
    return jar.getFileName().toString();
  }

  /// New instances of the jar's providers of an interface.
  <T> List<T> providers(Class<T> spi) {
    List<T> providers = new ArrayList<>();
    try {
      ServiceLoader.load(spi, loader).forEach(providers::add);
      return providers;
    } catch (ServiceConfigurationError | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String reason = cause.equals(e) ? "" : ": " + cause;
      throw broken(jar, "cannot be used: " + e.getMessage() + reason, e);
    }
  }

  TytoException broken(String reason) {
    return broken(jar, reason, null);
  }

  private static TytoException broken(Path jar, String reason, @Nullable Throwable cause) {
    return new TytoException(ErrorCode.CONFIG_INVALID, "plug-in jar " + jar + " " + reason, cause);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
