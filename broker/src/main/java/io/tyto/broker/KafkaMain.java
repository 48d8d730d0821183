package io.tyto.broker;

import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/// The child process: formats the storage once, starts the broker, says `READY` on its standard
/// output, and dies with its parent, see {@link Parent}.
///
/// Talks to the broker by name only, for its classes are not there when this one is compiled.
final class KafkaMain {
  private static final String FORMATTED = "meta.properties";

  private KafkaMain() {}

  /// @param arguments file of the broker's properties, cluster id
  public static void main(String[] arguments) throws Exception {
    Parent.dieWith();
    Path file = Path.of(arguments[0]);
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    // Standard output carries one word; what the broker prints there goes with its log.
    PrintStream answers = System.out;
    System.setOut(System.err);
    if (!Files.exists(Path.of(properties.getProperty("log.dirs"), FORMATTED))) {
      format(file, arguments[1]);
    }
    Object server = server(properties);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> call(server, "shutdown")));
    call(server, "startup");
    answers.println(Parent.READY);
    call(server, "awaitShutdown");
  }

  private static void format(Path file, String clusterId) throws ReflectiveOperationException {
    String[] arguments = {"format", "--standalone", "-t", clusterId, "-c", file.toString()};
    Object exit =
        Class.forName("kafka.tools.StorageTool")
            .getMethod("execute", String[].class, PrintStream.class)
            .invoke(null, arguments, System.err);
    if (!Integer.valueOf(0).equals(exit)) {
      throw new IllegalStateException("formatting the broker's storage ended with " + exit);
    }
  }

  private static Object server(Properties properties) throws ReflectiveOperationException {
    Class<?> configType = Class.forName("kafka.server.KafkaConfig");
    Object config = configType.getConstructor(Map.class).newInstance(properties);
    Class<?> timeType = Class.forName("org.apache.kafka.common.utils.Time");
    return Class.forName("kafka.server.KafkaRaftServer")
        .getConstructor(configType, timeType)
        .newInstance(config, timeType.getField("SYSTEM").get(null));
  }

  private static void call(Object server, String method) {
    try {
      server.getClass().getMethod(method).invoke(server);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the broker's " + method + " failed", e);
    }
  }
}
