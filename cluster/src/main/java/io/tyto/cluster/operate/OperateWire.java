package io.tyto.cluster.operate;

import io.tyto.cluster.member.Member;
import java.util.List;

/// Calls with which nodes are operated.
final class OperateWire {
  static final String HELLO = "hello";
  static final String DRAIN = "drain";
  static final String RESUME = "resume";
  static final String STOP = "stop";

  /// Of a question or an answer that says nothing.
  static final String NOTHING = "{}";

  private OperateWire() {}

  /// @param members as the node that answers sees them
  record HelloAnswer(String cluster, String id, List<Member> members) {}
}
