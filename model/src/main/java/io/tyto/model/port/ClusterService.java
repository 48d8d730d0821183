package io.tyto.model.port;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a process sees of the cluster that it is in, and what can be done with it. Thread-safe.
///
/// What is done is begun by the call and goes on behind it; {@link #status} tells how far it is.
/// Whoever is in no cluster answers BAD_USER_INPUT; NOT_FOUND where it has no such process.
@FunctionalInterface
public interface ClusterService {
  /// Of a process that is in none.
  ClusterService NONE = () -> null;

  /// As it is seen now, which may be a few seconds late; null: the process is in no cluster.
  @Nullable ClusterStatus status();

  /// Whether this process was told to hand over what it owns, and takes nothing more.
  default boolean isDraining() {
    return false;
  }

  /// Has a process seal and hand over what it owns, and take nothing more. It goes on to answer.
  ///
  /// @param isForced whether it begins although a check says no
  /// @param isTrial whether it only checks
  default DrainStart drain(String process, boolean isForced, boolean isTrial) {
    throw inNone();
  }

  /// Has a process that was drained take its share again.
  default void resume(String process) {
    throw inNone();
  }

  /// Has a process end in order, as a signal does.
  default void stop(String process) {
    throw inNone();
  }

  /// Who owns each partition and who is to, as of the processes that there are.
  ///
  /// @param with names of processes that are thought to be there as well
  /// @param without names of processes that are thought to be gone
  default List<Place> places(Set<String> with, Set<String> without) {
    throw inNone();
  }

  private static TytoException inNone() {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "this process is in no cluster: it answers by itself, since `cluster.listen` is empty");
  }

  /// @param cluster its name
  /// @param self id of the process that sees this
  /// @param members by id, the one that sees this too
  /// @param missing partitions whose events nobody takes, or whose newest rows nobody can be asked
  ///   for
  /// @param unreplicated groups of whose newest rows nobody but the owner can have any, although
  ///   that is wished: why, by name
  record ClusterStatus(
      String cluster,
      String self,
      List<MemberStatus> members,
      List<MissingPartition> missing,
      Map<String, String> unreplicated) {
    public ClusterStatus {
      unreplicated = new TreeMap<>(unreplicated);
      members = List.copyOf(members);
      missing = List.copyOf(missing);
    }
  }

  /// One process.
  ///
  /// @param address where it takes calls, host:port
  /// @param zone what fails together with it
  /// @param role such as `all` and `gateway`
  /// @param owned by group, the partitions that it takes events for, ascending
  /// @param tails likewise, those of others whose newest rows it has, too
  /// @param isSilent whether it did not answer when it was last asked, and is not asked for a
  ///   moment
  record MemberStatus(
      String id,
      String address,
      String zone,
      String role,
      MemberState state,
      Map<String, List<Integer>> owned,
      Map<String, List<Integer>> tails,
      boolean isSilent) {
    public MemberStatus {
      owned = ascending(owned);
      tails = ascending(tails);
    }

    private static Map<String, List<Integer>> ascending(Map<String, List<Integer>> byGroup) {
      Map<String, List<Integer>> copy = new TreeMap<>();
      byGroup.forEach(
          (group, partitions) -> copy.put(group, partitions.stream().sorted().toList()));
      return copy;
    }
  }

  enum MemberState {
    /// Opens what it is to hold.
    JOINING,
    SERVING,
    /// Hands over what it has, and takes nothing more.
    DRAINING
  }

  /// A partition of which something is missing.
  ///
  /// @param owner who has, or had last, its newest rows; empty: nobody that is known here
  record MissingPartition(String group, int partition, Why why, String owner) {}

  enum Why {
    /// Nobody takes its events. What is sealed is answered.
    UNOWNED,
    /// Who took its events is gone, and with it what was not sealed: questions fail.
    LEFT,
    /// Who takes its events did not answer when it was last asked: questions fail.
    SILENT
  }

  /// What was looked at before something is done.
  ///
  /// @param what such as `takers`
  /// @param says what was found, and where it is not good what to do
  record Check(String what, boolean isGood, String says) {}

  /// @param isBegun false where a check said no, or it was a trial
  record DrainStart(boolean isBegun, List<Check> checks) {
    public DrainStart {
      checks = List.copyOf(checks);
    }
  }

  /// Whose a partition is.
  ///
  /// @param owner empty: nobody's
  /// @param next who is to own it; empty: nobody could
  /// @param why it moves; empty where it stays
  record Place(String group, int partition, String owner, String next, String why) {}
}
