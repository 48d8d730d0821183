package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/// A certificate with its chain and the key to it, each a PEM file.
public record TlsFiles(Path certificate, Path key) {
  /// Of these each key is forgotten with its connection, and what is changed on the way is noticed.
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  private static final byte[] PROOF = {1, 2, 3};

  static {
    // Another handshake on a connection of TLS 1.2 would cost its client little and us much. The
    // JDK looks once, before its first handshake as a server.
    if (System.getProperty(NO_RENEGOTIATION) == null) {
      System.setProperty(NO_RENEGOTIATION, "true");
    }
  }

  /// What the files hold, as far as their names and times tell.
  public record Version(FileTime certificate, long bytes, FileTime key) {}

  Version version() throws IOException {
    return new Version(
        Files.getLastModifiedTime(certificate),
        Files.size(certificate),
        Files.getLastModifiedTime(key));
  }

  /// Reads both; CONFIG_INVALID where they cannot be read or do not belong together, as it is
  /// between the writing of one and of the other.
  public ServerSSLOptions load(Vertx vertx) {
    try {
      PemKeyCertOptions pair =
          new PemKeyCertOptions()
              .setCertValue(Buffer.buffer(Files.readAllBytes(certificate)))
              .setKeyValue(Buffer.buffer(Files.readAllBytes(key)));
      prove(pair, vertx);
      ServerSSLOptions options = new ServerSSLOptions();
      CIPHERS.forEach(options::addEnabledCipherSuite);
      return options
          .setKeyCertOptions(pair)
          .setUseAlpn(true)
          .setApplicationLayerProtocols(List.of("h2", "http/1.1"))
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"));
    } catch (Exception e) { // what the readers of keys throw
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "certificate %s and key %s cannot be used: %s; expected two PEM files that belong together"
              .formatted(certificate, key, e.getMessage()),
          e);
    }
  }

  private static void prove(PemKeyCertOptions pair, Vertx vertx) throws Exception {
    for (KeyManager manager : pair.getKeyManagerFactory(vertx).getKeyManagers()) {
      if (manager instanceof X509KeyManager keys) {
        for (String type : List.of("RSA", "EC", "EdDSA", "Ed25519")) {
          String[] aliases = keys.getServerAliases(type, null);
          if (aliases != null && aliases.length > 0) {
            prove(
                keys.getPrivateKey(aliases[0]),
                keys.getCertificateChain(aliases[0])[0].getPublicKey());
            return;
          }
        }
      }
    }
    throw new GeneralSecurityException("no key of a kind that is served (RSA, EC, Ed25519)");
  }

  private static void prove(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(PROOF);
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certified);
    verifying.update(PROOF);
    if (!verifying.verify(signing.sign())) {
      throw new GeneralSecurityException("the key is not that of the certificate");
    }
  }
}
