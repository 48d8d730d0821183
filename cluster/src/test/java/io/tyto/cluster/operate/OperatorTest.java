package io.tyto.cluster.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Member.Role;
import io.tyto.cluster.member.Member.State;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.model.port.ClusterService.DrainStart;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Place;
import io.tyto.model.port.ClusterService.Why;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Three processes on loopback that are told to go and to come back, by each other.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OperatorTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final int GAME = 1;

  private final NodeClient client = new NodeClient(VERTX, RpcTls.NONE);
  private final Map<String, Member> members = new ConcurrentHashMap<>();
  private final Map<String, Operator> operators = new TreeMap<>();
  private final Map<String, NodeServer> servers = new TreeMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<MissingPartition> missing = new ArrayList<>();
  private final Set<Integer> ofOne = new HashSet<>();

  /// What one of them sees of all.
  private record Sight(String id, Map<String, Member> members) implements Members {
    @Override
    public Member self() {
      return Objects.requireNonNull(members.get(id));
    }

    @Override
    public List<Member> all() {
      return List.copyOf(new TreeMap<>(members).values());
    }

    @Override
    public void announce(Member member) {
      members.put(member.id(), member);
    }

    @Override
    public Duration spread() {
      return Duration.ZERO;
    }

    @Override
    public void close() {}
  }

  @AfterEach
  void stop() {
    servers.values().forEach(NodeServer::close);
    client.close();
  }

  @AfterAll
  static void stopAll() {
    VERTX.close();
  }

  private void start(String id, Role role, Integer... owned) {
    Sight sight = new Sight(id, members);
    Operator operator =
        new Operator(
            "tyto",
            sight,
            client,
            new Operator.Seen(_ -> 6, () -> Map.of(GAME, "game"), () -> missing),
            state -> change(id, state));
    operator.operate(
        new Operated() {
          @Override
          public void withdraw() {
            told.add("withdraw " + id);
          }

          @Override
          public void comeBack() {
            told.add("come back " + id);
          }

          @Override
          public void stop() {
            told.add("stop " + id);
          }

          @Override
          public boolean isOfOne(int group) {
            return ofOne.contains(group);
          }
        });
    NodeServer server = NodeServer.start(VERTX, "127.0.0.1", 0, RpcTls.NONE, operator.methods());
    operators.put(id, operator);
    servers.put(id, server);
    members.put(
        id,
        new Member(
            id,
            new NodeAddress("127.0.0.1", server.port()),
            id,
            role,
            State.SERVING,
            owned.length == 0 ? Map.of() : Map.of(GAME, List.of(owned)),
            Map.of()));
  }

  private void change(String id, State state) {
    members.computeIfPresent(
        id,
        (_, one) ->
            new Member(
                one.id(), one.address(), one.zone(), one.role(), state, one.owned(), one.tails()));
  }

  private Operator operator(String id) {
    return Objects.requireNonNull(operators.get(id));
  }

  private Member member(String id) {
    return Objects.requireNonNull(members.get(id));
  }

  private static List<String> bad(DrainStart start) {
    return start.checks().stream().filter(check -> !check.isGood()).map(Check::what).toList();
  }

  @Test
  void anyProcessDrainsAnyOtherAndHasItComeBack() {
    start("a", Role.ALL, 0, 1, 2);
    start("b", Role.NODE, 3, 4, 5);
    start("g", Role.GATEWAY);
    DrainStart trial = operator("g").drain("b", false, true);
    assertFalse(trial.isBegun());
    assertEquals(List.of(), bad(trial));
    assertEquals(List.of(), told);
    DrainStart start = operator("g").drain("b", false, false);
    assertTrue(start.isBegun());
    assertEquals(List.of("answers", "takers", "others", "alone"), what(start));
    assertEquals(List.of("withdraw b"), told);
    assertEquals(State.DRAINING, member("b").state());
    // It still has its rows: a second one would hand them over to nobody.
    assertEquals(List.of("takers", "alone"), bad(operator("a").drain("a", false, false)));
    operator("a").resume("b");
    assertEquals(State.SERVING, member("b").state());
    assertTrue(operator("a").drain("a", false, false).isBegun());
    operator("b").stop("a");
    assertEquals(List.of("withdraw b", "come back b", "withdraw a", "stop a"), told);
  }

  private static List<String> what(DrainStart start) {
    return start.checks().stream().map(Check::what).toList();
  }

  @Test
  void whatWouldLeaveNobodyBeginsByForceOnly() {
    start("a", Role.ALL, 0, 1, 2, 3, 4, 5);
    start("g", Role.GATEWAY);
    DrainStart refused = operator("g").drain("a", false, false);
    assertFalse(refused.isBegun());
    assertEquals(List.of("takers"), bad(refused));
    assertEquals(List.of(), told);
    assertEquals(List.of(), bad(operator("a").drain("g", false, true)), "which owns nothing");
    assertTrue(operator("g").drain("a", true, false).isBegun());
    assertEquals(List.of("withdraw a"), told);
  }

  @Test
  void nobodyIsDrainedWhileRowsOfOthersAreMissing() {
    start("a", Role.ALL, 0, 1);
    start("b", Role.ALL, 2, 3);
    missing.add(new MissingPartition("game", 4, Why.LEFT, "c"));
    assertEquals(List.of("others"), bad(operator("a").drain("b", false, false)));
    missing.set(0, new MissingPartition("game", 4, Why.UNOWNED, ""));
    assertEquals(List.of(), bad(operator("a").drain("b", false, true)));
  }

  @Test
  void whoDoesNotAnswerTakesNothingAndIsToldNothing() {
    start("a", Role.ALL, 0, 1, 2);
    start("b", Role.ALL, 3, 4, 5);
    servers.remove("b").close();
    assertEquals(List.of("takers"), bad(operator("a").drain("a", false, false)));
    assertEquals(List.of("answers"), bad(operator("a").drain("b", false, false)));
    TytoException lost =
        assertThrows(TytoException.class, () -> operator("a").drain("b", true, false));
    assertEquals(ErrorCode.SHARDS_MISSING, lost.code());
    TytoException unknown = assertThrows(TytoException.class, () -> operator("a").stop("c"));
    assertEquals(ErrorCode.NOT_FOUND, unknown.code());
    assertTrue(String.valueOf(unknown.getMessage()).contains("there are a, b"));
    assertEquals(List.of(), told);
  }

  @Test
  void placesSayWhatMovesAndWhy() {
    start("a", Role.ALL, 0, 1, 2);
    start("b", Role.NODE, 3, 4);
    start("g", Role.GATEWAY);
    assertEquals(
        List.of("a", "a", "a", "b", "b", "b because nobody owns it"), places(Set.of(), Set.of()));
    assertEquals(
        List.of(
            "a",
            "a",
            "b because ranges are in the order of names, and b is the next",
            "b",
            "c because c gets its range",
            "c because nobody owns it"),
        places(Set.of("c"), Set.of()));
    String gone = "a because b owns nothing then";
    assertEquals(
        List.of("a", "a", "a", gone, gone, "a because nobody owns it"),
        places(Set.of(), Set.of("b")));
    change("b", State.DRAINING);
    assertEquals("a because b owns nothing then", places(Set.of(), Set.of()).get(3));
    ofOne.add(GAME);
    change("b", State.SERVING);
    assertEquals(
        "a because ranges are in the order of names, and a is the next",
        places(Set.of(), Set.of()).get(3));
    assertEquals(
        " because nobody would be there to own it", places(Set.of(), Set.of("a", "b")).get(0));
  }

  private List<String> places(Set<String> with, Set<String> without) {
    return operator("g").places(with, without).stream().map(OperatorTest::text).toList();
  }

  private static String text(Place place) {
    return place.next() + (place.why().isEmpty() ? "" : " because " + place.why());
  }

  @Test
  void aVisitorHearsWhoIsThere() {
    start("a", Role.ALL, 0);
    start("b", Role.ALL, 1);
    try (Visitor visitor = new Visitor(RpcTls.NONE)) {
      Visitor.Hello hello = visitor.hello(member("a").address());
      assertEquals("tyto", hello.cluster());
      assertEquals("a", hello.id());
      assertEquals(List.copyOf(new TreeMap<>(members).values()), hello.members());
    }
  }
}
