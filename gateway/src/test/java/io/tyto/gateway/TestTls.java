package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.gateway.http.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// Certificates made by the JDK's own tool, in a folder, and clients that trust them.
final class TestTls {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;

  TestTls(Path folder) {
    this.folder = folder;
  }

  TlsFiles files() {
    return new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
  }

  /// A new key and its certificate.
  KeyStore certificate(String algorithm) throws Exception {
    Path store = folder.resolve(System.nanoTime() + ".p12");
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-alias",
                "a")
            .redirectErrorStream(true)
            .start();
    String told = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, made.waitFor(), told);
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      loaded.load(in, PASSWORD);
    }
    return loaded;
  }

  /// Puts both files where a server takes them. Returns the certificate's serial number.
  BigInteger write(KeyStore store) throws Exception {
    X509Certificate certificate = (X509Certificate) store.getCertificate("a");
    putKey(store);
    put("tls.crt", pem("CERTIFICATE", certificate.getEncoded()));
    return certificate.getSerialNumber();
  }

  void putKey(KeyStore store) throws Exception {
    put("tls.key", pem("PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded()));
  }

  void put(String name, String text) throws IOException {
    Path half = Files.writeString(folder.resolve(name + ".tmp"), text);
    // Also where the clock of the file system did not move.
    Files.setLastModifiedTime(
        half, FileTime.from(Instant.now().plusNanos(System.nanoTime() % 1_000_000)));
    Files.move(half, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), kind);
  }

  /// Of a client that believes everybody.
  static SSLContext trustful() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    return context;
  }

  static SSLSocket connect(int port, String protocol, String... applications) throws Exception {
    SSLSocket socket = (SSLSocket) trustful().getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
    socket.setEnabledProtocols(new String[] {protocol});
    var parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(applications);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}
