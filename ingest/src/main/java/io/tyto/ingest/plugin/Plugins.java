package io.tyto.ingest.plugin;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.PluginJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// The providers that a server finds: its own, and those of the jars of a folder.
///
/// A jar has a class loader of its own, whose parent shows it the interfaces and the JDK and
/// nothing else of the server. Jars are read at the start; a jar that is put there later waits for
/// the next. Thread-safe. Lifetime: {@link #close} when nothing of a jar runs any more.
public final class Plugins implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Plugins.class.getName());
  private static final String NAME = "[a-z][a-z0-9-]{0,63}";
  private static final int MAX_JARS = 100;

  private final List<PluginJarLoader> jars;
  private final Map<String, List<String>> provided = new LinkedHashMap<>();

  private Plugins(List<PluginJarLoader> jars) {
    this.jars = jars;
    jars.forEach(jar -> provided.put(jar.fileName(), new ArrayList<>()));
  }

  /// What the server itself brings.
  public static Plugins builtIn() {
    return new Plugins(List.of());
  }

  /// Opens the jars of a folder, by name. CONFIG_INVALID where one of them, or the folder, cannot
  /// be read.
  public static Plugins load(Path folder) {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "the plug-in folder %s cannot be read (%s); mend the setting `plugins`"
              .formatted(folder, e),
          e);
    }
    if (files.size() > MAX_JARS) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "the plug-in folder %s has %d jars, at most %d"
              .formatted(folder, files.size(), MAX_JARS));
    }
    SpiClassLoader parent = new SpiClassLoader(Plugins.class.getClassLoader());
    List<PluginJarLoader> jars = new ArrayList<>();
    try {
      files.forEach(file -> jars.add(PluginJarLoader.open(file, parent)));
      return new Plugins(jars);
    } catch (RuntimeException e) {
      closeAll(jars);
      throw e;
    }
  }

  /// New instances of all providers of an interface, the server's own first. CONFIG_INVALID, naming
  /// the jar, where one cannot be made, has a bad name, or has the name of another.
  ///
  /// @param kind what people call it, such as `enricher`
  public synchronized <T> List<T> providers(Class<T> spi, String kind, Function<T, String> nameOf) {
    List<T> all = new ArrayList<>();
    Map<String, String> owners = new TreeMap<>();
    for (T provider : ServiceLoader.load(spi, Plugins.class.getClassLoader())) {
      owners.put(nameOf.apply(provider), "Tyto itself");
      all.add(provider);
    }
    for (PluginJarLoader jar : jars) {
      for (T provider : jar.providers(spi)) {
        String name = nameIn(jar, nameOf, provider);
        if (!name.matches(NAME)) {
          throw jar.broken(
              "brings %s '%s', expected a name of small letters, digits and '-'"
                  .formatted(kind, name));
        }
        String owner = owners.putIfAbsent(name, jar.fileName());
        if (owner != null) {
          throw jar.broken(
              "brings %s '%s', which %s brings too; give one of them another name"
                  .formatted(kind, name, owner));
        }
        note(jar.fileName(), kind + " " + name);
        all.add(provider);
      }
    }
    return all;
  }

  /// New instances of the JDBC drivers of the jars and of the server's own class path.
  /// CONFIG_INVALID where one of a jar cannot be made.
  public synchronized List<Driver> drivers() {
    List<Driver> drivers = new ArrayList<>();
    ServiceLoader.load(Driver.class, Plugins.class.getClassLoader()).forEach(drivers::add);
    for (PluginJarLoader jar : jars) {
      for (Driver driver : jar.providers(Driver.class)) {
        note(jar.fileName(), "JDBC driver " + driver.getClass().getName());
        drivers.add(driver);
      }
    }
    return drivers;
  }

  private static <T> String nameIn(PluginJarLoader jar, Function<T, String> nameOf, T provider) {
    try {
      return String.valueOf(nameOf.apply(provider));
    } catch (RuntimeException | LinkageError e) {
      throw jar.broken("cannot be used: its provider does not say its name: " + e);
    }
  }

  private void note(String jar, String what) {
    List<String> known = provided.computeIfAbsent(jar, _ -> new ArrayList<>());
    if (!known.contains(what)) {
      known.add(what);
    }
  }

  /// The jars, each with what was asked of it so far.
  public synchronized List<PluginJar> jars() {
    List<PluginJar> list = new ArrayList<>();
    provided.forEach((jar, what) -> list.add(new PluginJar(jar, List.copyOf(what))));
    return list;
  }

  @Override
  public void close() {
    closeAll(jars);
  }

  private static void closeAll(List<PluginJarLoader> jars) {
    for (PluginJarLoader jar : jars) {
      try {
        jar.close();
      } catch (IOException e) {
        // Its classes are not used any more; an open file is all that is left.
        LOG.log(WARNING, "the plug-in jar " + jar.fileName() + " cannot be closed", e);
      }
    }
  }
}
