package io.tyto.testkit.plugin;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Compiles Java source against classes of the running test and puts the result into a jar.
public final class TestJar {
  private TestJar() {}

  /// @param against a class of the jar or folder that the sources are compiled against, alone
  /// @param sources class name -> source
  /// @param services service -> its provider
  public static void write(
      Path jar, Class<?> against, Map<String, String> sources, Map<String, String> services)
      throws IOException {
    Path classes = Files.createTempDirectory("plugin");
    if (!sources.isEmpty()) {
      compile(classes, against, sources);
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> compiled = Files.walk(classes)) {
      for (Path one : compiled.filter(Files::isRegularFile).sorted().toList()) {
        add(out, classes.relativize(one).toString().replace('\\', '/'), Files.readAllBytes(one));
      }
      for (Map.Entry<String, String> service : services.entrySet()) {
        add(
            out,
            "META-INF/services/" + service.getKey(),
            service.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void compile(Path classes, Class<?> against, Map<String, String> sources)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<Source> units =
        sources.entrySet().stream()
            .map(source -> new Source(source.getKey(), source.getValue()))
            .toList();
    List<String> options = List.of("-d", classes.toString(), "-cp", placeOf(against), "-proc:none");
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      if (!compiler.getTask(said, files, null, options, null, units).call()) {
        throw new IllegalArgumentException(said.toString());
      }
    }
  }

  private static String placeOf(Class<?> type) {
    try {
      URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(place).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content);
    out.closeEntry();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
