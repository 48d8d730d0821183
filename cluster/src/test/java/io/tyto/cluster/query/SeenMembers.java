package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.rpc.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Who is there, as a test says. Not thread-safe.
final class SeenMembers implements Members {
  Member self = self(Member.Role.GATEWAY);
  List<Member> others = List.of();

  static Member self(Member.Role role) {
    return new Member(
        "self",
        new NodeAddress("127.0.0.1", 1),
        "a",
        role,
        Member.State.SERVING,
        Map.of(),
        Map.of());
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public List<Member> all() {
    List<Member> all = new ArrayList<>(others);
    all.add(self);
    return all;
  }

  @Override
  public void announce(Member member) {
    throw new IllegalStateException("nothing changes here");
  }

  @Override
  public Duration spread() {
    return Duration.ZERO;
  }

  @Override
  public void close() {}
}
