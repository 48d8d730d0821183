package io.tyto.cluster.operate;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.rpc.Answer;
import io.tyto.cluster.rpc.Frame;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/// Asks nodes from outside of their cluster, as before a new one joins. Thread-safe; calls block.
public final class Visitor implements AutoCloseable {
  /// For the answer of a node; whoever takes longer is of no use to those who wait for it either.
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Vertx vertx = Vertx.vertx();
  private final NodeClient client;

  public Visitor(RpcTls tls) {
    this.client = new NodeClient(vertx, tls);
  }

  /// What a node says of its cluster.
  ///
  /// @param id of the node
  /// @param members as it sees them
  public record Hello(String cluster, String id, List<Member> members) {}

  /// UnreachableException where it does not answer; otherwise the error that it answered.
  public Hello hello(NodeAddress address) {
    return hello(client, address);
  }

  static Hello hello(NodeClient client, NodeAddress address) {
    OperateWire.HelloAnswer answer =
        RecordJson.read(call(client, address, OperateWire.HELLO), OperateWire.HelloAnswer.class);
    return new Hello(answer.cluster(), answer.id(), answer.members());
  }

  /// The end of the answer. UnreachableException; QUERY_TIMEOUT; what the node answered.
  static String call(NodeClient client, NodeAddress address, String method) {
    QueryContext context = new QueryContext("operate-" + method, PATIENCE, 0);
    try (Answer answer = client.call(address, method, OperateWire.NOTHING, context)) {
      Frame frame = answer.next();
      while (frame.kind() != Frame.Kind.END) {
        frame = answer.next();
      }
      return frame.text();
    }
  }

  @Override
  public void close() {
    client.close();
    vertx.close();
  }
}
