package io.tyto.cluster.rpc;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How nodes know each other: both ends show a certificate that one authority signed, or nobody
/// shows any. Names in certificates do not count, as nodes come and go under any address.
///
/// @param certificate PEM, with `key` and `authority`; null: calls go in clear text
public record RpcTls(@Nullable Path certificate, @Nullable Path key, @Nullable Path authority) {
  public static final RpcTls NONE = new RpcTls(null, null, null);

  HttpServerOptions apply(HttpServerOptions options) {
    return certificate == null || key == null || authority == null
        ? options
        : options
            .setSsl(true)
            .setUseAlpn(true)
            .setClientAuth(ClientAuth.REQUIRED)
            .setKeyCertOptions(pair(certificate, key))
            .setTrustOptions(trust(authority));
  }

  HttpClientOptions apply(HttpClientOptions options) {
    return certificate == null || key == null || authority == null
        ? options
        : options
            .setSsl(true)
            .setUseAlpn(true)
            .setVerifyHost(false)
            .setKeyCertOptions(pair(certificate, key))
            .setTrustOptions(trust(authority));
  }

  private static PemKeyCertOptions pair(Path certificate, Path key) {
    return new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
  }

  private static PemTrustOptions trust(Path authority) {
    return new PemTrustOptions().addCertPath(authority.toString());
  }
}
