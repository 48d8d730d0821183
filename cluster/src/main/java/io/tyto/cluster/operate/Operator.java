package io.tyto.cluster.operate;

import static java.util.stream.Collectors.joining;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Member.State;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.operate.OperateWire.HelloAnswer;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.model.port.ClusterService.DrainStart;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Place;
import io.tyto.model.port.ClusterService.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Operates the processes of a cluster: this one by itself, the others by calls. Thread-safe.
public final class Operator {
  private final String cluster;
  private final Members members;
  private final NodeClient client;
  private final Seen seen;
  private final Consumer<State> announce;
  private volatile @Nullable Operated own;

  /// What this process knows of partitions.
  ///
  /// @param partitions how many a group has
  /// @param groups names by id
  /// @param missing what nobody has
  public record Seen(
      IntUnaryOperator partitions,
      Supplier<Map<Integer, String>> groups,
      Supplier<List<MissingPartition>> missing) {}

  /// @param announce tells the others how this process stands
  public Operator(
      String cluster, Members members, NodeClient client, Seen seen, Consumer<State> announce) {
    this.cluster = cluster;
    this.members = members;
    this.client = client;
    this.seen = seen;
    this.announce = announce;
  }

  /// Does from now on what it is told.
  public void operate(Operated process) {
    own = process;
  }

  /// What others may call, by name.
  public Map<String, NodeServer.Method> methods() {
    return Map.of(
        OperateWire.HELLO,
        _ ->
            RecordJson.write(
                new HelloAnswer(cluster, members.self().id(), members.all()), HelloAnswer.class),
        OperateWire.DRAIN,
        _ -> here(OperateWire.DRAIN),
        OperateWire.RESUME,
        _ -> here(OperateWire.RESUME),
        OperateWire.STOP,
        _ -> here(OperateWire.STOP));
  }

  private String here(String method) {
    Operated process = own;
    if (process == null) {
      throw new TytoException(
          ErrorCode.DRAINING,
          "%s does not serve yet; try again in a moment".formatted(members.self().id()));
    }
    switch (method) {
      case OperateWire.DRAIN -> {
        announce.accept(State.DRAINING);
        process.withdraw();
      }
      case OperateWire.RESUME -> {
        process.comeBack();
        announce.accept(State.SERVING);
      }
      default -> process.stop();
    }
    return OperateWire.NOTHING;
  }

  private void tell(Member member, String method) {
    if (member.id().equals(members.self().id())) {
      here(method);
      return;
    }
    try {
      Visitor.call(client, member.address(), method);
    } catch (UnreachableException e) {
      throw new TytoException(
          ErrorCode.SHARDS_MISSING,
          "%s could not be told to %s: %s; nothing was changed by this call as far as is known"
              .formatted(member.id(), method, e.getMessage()),
          e);
    }
  }

  private Member find(String process) {
    List<Member> all = members.all();
    return all.stream()
        .filter(member -> member.id().equals(process))
        .findFirst()
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.NOT_FOUND,
                "the cluster %s has no process '%s'; there are %s"
                    .formatted(
                        cluster, process, all.stream().map(Member::id).collect(joining(", ")))));
  }

  public DrainStart drain(String process, boolean isForced, boolean isTrial) {
    Member member = find(process);
    List<Check> checks =
        List.of(answers(member), takers(member), othersAreWhole(member), oneAtATime(member));
    boolean isBegun = !isTrial && (isForced || checks.stream().allMatch(Check::isGood));
    if (isBegun) {
      tell(member, OperateWire.DRAIN);
    }
    return new DrainStart(isBegun, checks);
  }

  public void resume(String process) {
    tell(find(process), OperateWire.RESUME);
  }

  public void stop(String process) {
    tell(find(process), OperateWire.STOP);
  }

  private Check answers(Member member) {
    boolean answers = doesAnswer(member);
    return new Check(
        "answers",
        answers,
        answers
            ? "%s answers at %s and is %s"
                .formatted(member.id(), member.address(), word(member.state()))
            : "%s does not answer at %s, so it cannot be told: end its process where it runs; the others take its partitions after Kafka's session timeout"
                .formatted(member.id(), member.address()));
  }

  private Check takers(Member member) {
    long owned = member.owned().values().stream().mapToLong(List::size).sum();
    if (!member.isNode() || owned == 0) {
      return new Check("takers", true, "%s owns nothing".formatted(member.id()));
    }
    List<Member> others =
        members.all().stream()
            .filter(other -> !other.id().equals(member.id()))
            .filter(other -> other.isNode() && other.state() == State.SERVING)
            .toList();
    Optional<Member> taker = others.stream().filter(this::doesAnswer).findFirst();
    return taker.isPresent()
        ? new Check(
            "takers",
            true,
            "%d others are there to take %d partitions, and %s answers"
                .formatted(others.size(), owned, taker.get().id()))
        : new Check(
            "takers",
            false,
            "nobody is there to take the %d partitions of %s: their events would wait in the topics, with nobody to read them. Start another process first"
                .formatted(owned, member.id()));
  }

  /// Whoever drains a second process while rows of another are missing may drop what is left.
  private Check othersAreWhole(Member member) {
    List<String> lost =
        seen.missing().get().stream()
            .filter(one -> one.why() != Why.UNOWNED && !one.owner().equals(member.id()))
            .map(one -> "%s/%d of %s".formatted(one.group(), one.partition(), one.owner()))
            .toList();
    return lost.isEmpty()
        ? new Check("others", true, "the newest rows of all partitions can be had")
        : new Check(
            "others",
            false,
            "the newest rows of %s cannot be had now: wait until their process is back or another has read them again"
                .formatted(String.join(", ", lost)));
  }

  private Check oneAtATime(Member member) {
    String draining =
        members.all().stream()
            .filter(other -> !other.id().equals(member.id()) && !other.owned().isEmpty())
            .filter(other -> other.state() == State.DRAINING)
            .map(Member::id)
            .collect(joining(", "));
    return new Check(
        "alone",
        draining.isEmpty(),
        draining.isEmpty()
            ? "no other process hands over now"
            : draining + " hands over now: wait until it owns nothing");
  }

  private boolean doesAnswer(Member member) {
    if (member.id().equals(members.self().id())) {
      return true;
    }
    try {
      return Visitor.hello(client, member.address()).id().equals(member.id());
    } catch (UnreachableException | TytoException _) {
      return false; // which is what is asked here
    }
  }

  private static String word(State state) {
    return switch (state) {
      case JOINING -> "joining";
      case SERVING -> "serving";
      case DRAINING -> "draining";
    };
  }

  /// By group and partition.
  public List<Place> places(Set<String> with, Set<String> without) {
    List<Member> all = members.all();
    SortedSet<String> nodes = new TreeSet<>(with);
    all.stream()
        .filter(member -> member.isNode() && member.state() != State.DRAINING)
        .forEach(member -> nodes.add(member.id()));
    nodes.removeAll(without);
    Operated process = own;
    List<Place> places = new ArrayList<>();
    seen.groups()
        .get()
        .forEach((group, name) -> {
          int partitions = seen.partitions().applyAsInt(group);
          boolean isOfOne = process != null && process.isOfOne(group);
          List<String> owners = Ranges.owners(partitions, nodes, isOfOne);
          for (int partition = 0; partition < partitions; partition++) {
            String owner = owner(all, group, partition);
            String next = owners.isEmpty() ? "" : owners.get(partition);
            places.add(new Place(name, partition, owner, next, why(all, owner, next, nodes)));
          }
        });
    places.sort(Comparator.comparing(Place::group).thenComparing(Place::partition));
    return places;
  }

  private static String owner(List<Member> all, int group, int partition) {
    return all.stream()
        .filter(member -> member.owns(group, partition))
        .map(Member::id)
        .findFirst()
        .orElse("");
  }

  private static String why(List<Member> all, String owner, String next, SortedSet<String> nodes) {
    if (owner.equals(next)) {
      return "";
    }
    if (next.isEmpty()) {
      return "nobody would be there to own it";
    }
    if (owner.isEmpty()) {
      return "nobody owns it";
    }
    if (!nodes.contains(owner)) {
      return owner + " owns nothing then";
    }
    boolean isNew = all.stream().noneMatch(member -> member.id().equals(next));
    return isNew
        ? next + " gets its range"
        : "ranges are in the order of names, and %s is the next".formatted(next);
  }
}
