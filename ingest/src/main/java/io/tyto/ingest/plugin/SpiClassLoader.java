package io.tyto.ingest.plugin;

import java.util.List;

/// What a plug-in's jar sees of the server: the interfaces it implements, the types they speak of,
/// and the JDK. The server's libraries stay out of its sight, so a jar may bring other versions of
/// them. Thread-safe.
final class SpiClassLoader extends ClassLoader {
  static final List<String> PACKAGES =
      List.of("io.tyto.model.plugin.", "io.tyto.model.schema.", "io.tyto.model.error.");

  private final ClassLoader server;

  SpiClassLoader(ClassLoader server) {
    super("tyto-spi", getPlatformClassLoader());
    this.server = server;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    for (String visible : PACKAGES) {
      if (name.startsWith(visible) && name.indexOf('.', visible.length()) < 0) {
        return server.loadClass(name);
      }
    }
    throw new ClassNotFoundException(
        name + ": a plug-in sees the JDK and " + PACKAGES + ", and must bring what else it needs");
  }
}
