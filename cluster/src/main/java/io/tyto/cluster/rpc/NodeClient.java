package io.tyto.cluster.rpc;

import io.tyto.model.query.QueryContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;

/// Calls other nodes. Thread-safe; calls block. One connection or few to each node, kept open.
public final class NodeClient implements AutoCloseable {
  private static final int CONNECTIONS = 2;
  private static final int CONNECT_MILLIS = 1_000;

  private final HttpClient client;
  private volatile CallListener listener = CallListener.NONE;

  public NodeClient(Vertx vertx, RpcTls tls) {
    HttpClientOptions options =
        tls.apply(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout(CONNECT_MILLIS));
    client = vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(CONNECTIONS));
  }

  /// Tells this one of calls from now on, instead of whom it told before.
  public void listen(CallListener other) {
    listener = other;
  }

  /// Asks; the answer is read from what is returned, which the caller closes.
  ///
  /// @param address of the node
  /// @param body JSON
  /// @param query its deadline and memory go for the call as well
  public Answer call(NodeAddress address, String method, String body, QueryContext query) {
    query.check();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(address.host())
            .setPort(address.port())
            .setURI(Wire.PATH + method)
            .putHeader(Wire.VERSION_HEADER, String.valueOf(Wire.VERSION))
            .putHeader(Wire.QUERY_HEADER, query.queryId())
            .putHeader(Wire.MEMORY_HEADER, String.valueOf(query.memoryLimitBytes()))
            .putHeader(
                Wire.DEADLINE_HEADER,
                String.valueOf(TimeUnit.NANOSECONDS.toMillis(query.remainingNanos())));
    Answer answer = new Answer(address, method, query, listener);
    client
        .request(options)
        .onSuccess(request -> answer.send(request, body))
        .onFailure(answer::fail);
    return answer;
  }

  @Override
  public void close() {
    client.close();
  }
}
