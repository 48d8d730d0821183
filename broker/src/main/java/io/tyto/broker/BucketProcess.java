package io.tyto.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A server of S3's protocol with one bucket, in a process of its own that dies with this one.
///
/// It checks signatures, hashes and conditions. What it keeps lies in one folder, with its log
/// (`s3.log`): objects are durable over a kill of the process, not over a loss of power. It listens
/// on the loopback address only, on a port that stays the same over a restart. Thread-safe.
public final class BucketProcess extends ChildProcess {
  /// What it is called in settings: `store: s3://tyto-bucket`.
  public static final String BUCKET = "tyto-bucket";

  /// Region that clients may name; the server does not care.
  public static final String REGION = "us-east-1";

  private static final String ACCESS_KEY = "tyto";
  private static final String SECRET_KEY = "known-to-everybody";
  private static final String NAME = "the S3 server";
  private static final int HEAP_MEGABYTES = 256;

  private final int port;

  /// Starts a server and waits until it answers.
  ///
  /// @param jars folder of the server's jars, see {@link #builtJars}
  /// @param folder of this server, which may hold what an earlier one left; made where it is not
  ///   there
  /// @throws IOException with the end of the server's log where it does not start
  public static BucketProcess start(Path jars, Path folder) throws IOException {
    requireJars(NAME, jars, "s3");
    Path absolute = Files.createDirectories(folder).toAbsolutePath();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    return new BucketProcess(jars, absolute, port);
  }

  /// Where the build puts the jars, seen from a folder in the checkout or from the checkout itself.
  public static Path builtJars(Path from) {
    return built("broker/target/s3", from);
  }

  private BucketProcess(Path jars, Path folder, int port) throws IOException {
    super(
        NAME,
        folder,
        "s3.log",
        java(
            List.of("-Xmx" + HEAP_MEGABYTES + "m", "-Dorg.slf4j.simpleLogger.showDateTime=true"),
            jars,
            BucketMain.class,
            List.of(
                folder.resolve("buckets").toString(),
                Integer.toString(port),
                BUCKET,
                ACCESS_KEY,
                SECRET_KEY)));
    this.port = port;
  }

  public int port() {
    return port;
  }

  /// Where it answers, such as `http://127.0.0.1:40123`.
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /// The environment variables with the credentials that it takes.
  public static Map<String, String> credentials() {
    return Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
  }
}
