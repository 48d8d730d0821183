package io.tyto.broker;

import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Properties;

/// One Kafka broker, controller and broker in one, in a process of its own that dies with this one.
///
/// Everything it keeps lies in one folder: its data, its properties and its log (`broker.log`). It
/// listens on the loopback address only, on ports that stay the same over a restart. Thread-safe.
public final class KafkaProcess extends ChildProcess {
  private static final String NAME = "the Kafka broker";
  private static final int HEAP_MEGABYTES = 256;

  private final int port;

  /// Starts a broker and waits until it answers.
  ///
  /// @param jars folder of the broker's jars, see {@link #builtJars}
  /// @param folder of this broker; made where it is not there, formatted where it is new
  /// @throws IOException with the end of the broker's log where it does not start
  public static KafkaProcess start(Path jars, Path folder) throws IOException {
    requireJars(NAME, jars, "kafka");
    Files.createDirectories(folder);
    Path absolute = folder.toAbsolutePath();
    int port = writeProperties(absolute);
    return new KafkaProcess(jars, absolute, port);
  }

  /// Where the build puts the jars, seen from a folder in the checkout or from the checkout itself.
  public static Path builtJars(Path from) {
    return built("broker/target/kafka", from);
  }

  private KafkaProcess(Path jars, Path folder, int port) throws IOException {
    super(
        NAME,
        folder,
        "broker.log",
        java(
            List.of(
                "-Xmx" + HEAP_MEGABYTES + "m",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
                "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaConfig=warn"),
            jars,
            KafkaMain.class,
            List.of(properties(folder).toString(), randomClusterId())));
    this.port = port;
  }

  /// What a client connects to, such as `127.0.0.1:40123`.
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /// As Kafka makes them: 16 bytes in the URL form of Base64, of which the first is no dash.
  private static String randomClusterId() {
    byte[] id = new byte[16];
    new SecureRandom().nextBytes(id);
    id[0] &= 0x7f;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  private static Path properties(Path folder) {
    return folder.resolve("broker.properties");
  }

  /// Writes the properties where there are none yet, and tells the port of the listener they name
  /// first.
  private static int writeProperties(Path folder) throws IOException {
    Path file = properties(folder);
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (var reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    } else {
      fill(properties, folder);
      try (Writer writer = Files.newBufferedWriter(file)) {
        properties.store(writer, null);
      }
    }
    String first = properties.getProperty("advertised.listeners").replaceAll(",.*", "");
    return Integer.parseInt(first.replaceAll(".*:", ""));
  }

  private static void fill(Properties properties, Path folder) throws IOException {
    int port;
    int controllerPort;
    // Both are held at once, or they could be the same.
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = first.getLocalPort();
      controllerPort = second.getLocalPort();
    }
    String broker = "BROKER://127.0.0.1:" + port;
    String controller = "CONTROLLER://127.0.0.1:" + controllerPort;
    properties.setProperty("process.roles", "broker,controller");
    properties.setProperty("node.id", "1");
    properties.setProperty("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
    properties.setProperty("controller.listener.names", "CONTROLLER");
    properties.setProperty("inter.broker.listener.name", "BROKER");
    properties.setProperty(
        "listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.setProperty("listeners", broker + "," + controller);
    properties.setProperty("advertised.listeners", broker + "," + controller);
    properties.setProperty("log.dirs", folder.resolve("data").toString());
    properties.setProperty("auto.create.topics.enable", "false");
    keepSmall(properties);
  }

  /// One node has one copy of everything, and tests and the demo have few clients.
  private static void keepSmall(Properties properties) {
    for (String name :
        List.of(
            "num.network.threads",
            "num.recovery.threads.per.data.dir",
            "offsets.topic.num.partitions",
            "offsets.topic.replication.factor",
            "transaction.state.log.num.partitions",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.num.partitions",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr",
            "min.insync.replicas",
            "default.replication.factor")) {
      properties.setProperty(name, "1");
    }
    properties.setProperty("num.io.threads", "2");
    properties.setProperty("background.threads", "2");
    // After a kill the controller waits for the dead one's session before it takes the new one.
    properties.setProperty("broker.session.timeout.ms", "6000");
    properties.setProperty("broker.heartbeat.interval.ms", "200");
    properties.setProperty("group.initial.rebalance.delay.ms", "0");
    // A member of a group that died is missed soon, and who comes or goes need not wait.
    properties.setProperty("group.consumer.min.session.timeout.ms", "1000");
    properties.setProperty("group.consumer.session.timeout.ms", "3000");
    properties.setProperty("group.consumer.min.heartbeat.interval.ms", "100");
    properties.setProperty("group.consumer.heartbeat.interval.ms", "300");
    properties.setProperty("log.cleaner.dedupe.buffer.size", "8388608");
    properties.setProperty("message.max.bytes", "33554432");
    properties.setProperty("replica.fetch.max.bytes", "33554432");
    // What a transaction left open is given up soon after its producer died.
    properties.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    // A file of a deleted topic goes at once, so that disks of CI stay empty.
    properties.setProperty("log.segment.delete.delay.ms", "0");
    properties.setProperty("log.retention.check.interval.ms", "1000");
    properties.setProperty("log.initial.task.delay.ms", "500");
  }
}
