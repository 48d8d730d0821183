package io.tyto.gateway;

import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.limits.CostGate;
import io.tyto.graphqlschema.GraphQlOptions;
import java.time.Duration;

/// Where the gateway listens and what one request may cost.
///
/// @param host empty: no callers are listened to, but operators
/// @param port 0 takes any free one
/// @param queryBytes largest body of a GraphQL request
/// @param ingestBytes largest body of an ingest request as sent
/// @param unzippedBytes largest ingest body after decompression
/// @param queryConcurrency scans at once; others wait for their turn, at most `queryTimeout`
public record GatewayOptions(
    String host,
    int port,
    int queryBytes,
    int ingestBytes,
    int unzippedBytes,
    Duration queryTimeout,
    long queryMemoryBytes,
    int queryConcurrency,
    HttpOptions http,
    GraphQlOptions graphQl,
    SocketOptions sockets,
    ExportOptions exports) {

  /// Loopback, any free port.
  public static GatewayOptions defaults() {
    return new GatewayOptions(
        "127.0.0.1",
        0,
        1 << 20,
        8 << 20,
        32 << 20,
        Duration.ofSeconds(30),
        Runtime.getRuntime().maxMemory() / 4,
        CostGate.scansOfMachine(),
        HttpOptions.DEFAULT,
        GraphQlOptions.DEFAULT,
        SocketOptions.DEFAULT,
        ExportOptions.defaults());
  }

  public GatewayOptions withPort(int other) {
    return new GatewayOptions(
        host,
        other,
        queryBytes,
        ingestBytes,
        unzippedBytes,
        queryTimeout,
        queryMemoryBytes,
        queryConcurrency,
        http,
        graphQl,
        sockets,
        exports);
  }

  public GatewayOptions withHttp(HttpOptions other) {
    return new GatewayOptions(
        host,
        port,
        queryBytes,
        ingestBytes,
        unzippedBytes,
        queryTimeout,
        queryMemoryBytes,
        queryConcurrency,
        other,
        graphQl,
        sockets,
        exports);
  }

  public GatewayOptions withExports(ExportOptions other) {
    return new GatewayOptions(
        host,
        port,
        queryBytes,
        ingestBytes,
        unzippedBytes,
        queryTimeout,
        queryMemoryBytes,
        queryConcurrency,
        http,
        graphQl,
        sockets,
        other);
  }
}
