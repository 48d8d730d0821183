package io.tyto.broker;

import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/// The child process: a server of S3's protocol over a folder, where each bucket is a folder. Says
/// `READY` on its standard output, and dies with its parent, see {@link Parent}.
///
/// Talks to the server by name only, for its classes are not there when this one is compiled.
final class BucketMain {
  private BucketMain() {}

  /// @param arguments folder of the buckets, port, name of a bucket that is made where it is not
  ///   there, access key, secret key
  public static void main(String[] arguments) throws Exception {
    Parent.dieWith();
    // Below a relative folder the server stores but lists nothing.
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    Files.createDirectories(folder.resolve(arguments[2]));
    PrintStream answers = System.out;
    System.setOut(System.err);
    Object server = server(folder, Integer.parseInt(arguments[1]), arguments[3], arguments[4]);
    server.getClass().getMethod("start").invoke(server);
    answers.println(Parent.READY);
    Thread.currentThread().join();
  }

  private static Object server(Path folder, int port, String accessKey, String secretKey)
      throws ReflectiveOperationException {
    Object store =
        Class.forName("org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore")
            .getConstructor(String.class)
            .newInstance(folder.toString());
    Class<?> authentication = Class.forName("org.gaul.s3proxy.auth.AuthenticationType");
    Object signatures = authentication.getField("AWS_V4").get(null);
    Object builder = Class.forName("org.gaul.s3proxy.S3Proxy").getMethod("builder").invoke(null);
    Class<?> type = builder.getClass();
    Class<?> storeType = Class.forName("org.gaul.s3proxy.blobstore.BlobStore");
    type.getMethod("blobStore", storeType).invoke(builder, store);
    type.getMethod("endpoint", URI.class).invoke(builder, URI.create("http://127.0.0.1:" + port));
    type.getMethod("awsAuthentication", authentication, String.class, String.class)
        .invoke(builder, signatures, accessKey, secretKey);
    return type.getMethod("build").invoke(builder);
  }
}
