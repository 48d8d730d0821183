package io.tyto.store.s3;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/// A real server of S3's protocol in this process, over a folder: it checks signatures, hashes of
/// what is sent, and conditions.
final class S3Server {
  static final S3Credentials CREDENTIALS = new S3Credentials("tester", "not-so-secret", null);
  static final String BUCKET = "tyto-tests";

  private final S3Proxy proxy;

  private S3Server(S3Proxy proxy) {
    this.proxy = proxy;
  }

  static S3Server start(Path folder) throws Exception {
    Files.createDirectories(folder.resolve(BUCKET));
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V4, CREDENTIALS.accessKeyId(), CREDENTIALS.secretKey())
            .build();
    proxy.start();
    return new S3Server(proxy);
  }

  int port() {
    return proxy.getPort();
  }

  /// A prefix of the bucket, as reached through a port.
  static S3Location location(int port, String prefix) {
    return S3Location.of(
        "s3://%s/%s".formatted(BUCKET, prefix), "http://127.0.0.1:" + port, "us-east-1");
  }

  void stop() throws Exception {
    proxy.stop();
  }
}
