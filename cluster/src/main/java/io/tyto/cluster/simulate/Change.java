package io.tyto.cluster.simulate;

import io.tyto.cluster.simulate.Scenario.Machines;
import java.util.Arrays;

/// What follows from a change of the members.
///
/// @param copies partitions that a node gets which it did not have
/// @param bytesMoved of those
/// @param busiestBytes of these, what the node gets that gets most
/// @param copySeconds until every partition has its holders again, once it is known that it lacks
///   some
/// @param thinPartitions with a copy less until then
/// @param lonePartitions that no node holds any more: only the store has them
/// @param owners partitions whose events another node takes
/// @param rowsAgain that are read again from the log, as they were not sealed
/// @param catchUpSeconds from when another owns them to the newest of these rows
/// @param useBefore cores of the busiest node
/// @param useAfter the same, with the load of who is gone
public record Change(
    String title,
    boolean isSudden,
    int copies,
    double bytesMoved,
    double busiestBytes,
    double copySeconds,
    int thinPartitions,
    int lonePartitions,
    int owners,
    double rowsAgain,
    double catchUpSeconds,
    double useBefore,
    double useAfter) {

  /// The members before and after.
  ///
  /// @param gone by node, whether it died
  record Step(String title, Holdings before, Holdings after, boolean[] gone) {
    boolean isSudden() {
      for (boolean each : gone) {
        if (each) {
          return true;
        }
      }
      return false;
    }
  }

  static Change of(Scenario scenario, PartitionLoads loads, Step step, double[][] use) {
    double[] in = new double[step.gone.length];
    int copies = 0;
    int thin = 0;
    int lone = 0;
    int owners = 0;
    for (int partition = 0; partition < loads.count(); partition++) {
      for (int holder : step.after.of(partition)) {
        if (!step.before.isHeld(partition, holder)) {
          copies++;
          in[holder] += loads.bytes(partition);
        }
      }
      long left =
          Arrays.stream(step.before.of(partition)).filter(holder -> !step.gone[holder]).count();
      thin += left < step.before.of(partition).length ? 1 : 0;
      lone += left == 0 ? 1 : 0;
      owners += step.before.of(partition)[0] == step.after.of(partition)[0] ? 0 : 1;
    }
    Again again = Again.of(scenario, loads, step);
    double moved = Arrays.stream(in).sum();
    double most = Arrays.stream(in).max().orElse(0);
    return new Change(
        step.title,
        step.isSudden(),
        copies,
        moved,
        most,
        copySeconds(scenario, moved, most),
        thin,
        lone,
        owners,
        again.rows,
        again.seconds,
        Arrays.stream(use[0]).max().orElse(0),
        Arrays.stream(use[1]).max().orElse(0));
  }

  /// Segments come from the store and are checked by their hash on the way.
  private static double copySeconds(Scenario scenario, double moved, double most) {
    Machines machines = scenario.machines();
    double hash = scenario.cost(Cost.HASH_MEGABYTES) * machines.cores();
    double narrowest =
        Math.min(hash, Math.min(machines.networkMegabytes(), machines.diskMegabytes()));
    double node = narrowest * scenario.cost(Cost.COPY_SHARE) * 1e6;
    return Math.max(most / node, moved / (scenario.cost(Cost.STORE_MEGABYTES) * 1e6));
  }

  /// Rows of owners that died.
  private record Again(double rows, double seconds) {
    /// Half of what comes between two seals, and all that came until somebody noticed. One thread
    /// reads a partition, and a node has so many cores.
    static Again of(Scenario scenario, PartitionLoads loads, Step step) {
      double rate = scenario.cost(Cost.INGEST_ROWS);
      int nodes = step.gone.length;
      double[] backlog = new double[nodes];
      double[] coming = new double[nodes];
      double slowest = 0;
      for (int partition = 0; partition < loads.count(); partition++) {
        int owner = step.after.of(partition)[0];
        double comes = loads.rate(partition);
        coming[owner] += comes;
        if (step.gone[step.before.of(partition)[0]] && comes > 0) {
          double rows =
              comes * (loads.sealSeconds(partition) / 2 + scenario.cost(Cost.SESSION_SECONDS));
          backlog[owner] += rows;
          slowest = Math.max(slowest, seconds(rows, rate - comes));
        }
      }
      for (int node = 0; node < nodes; node++) {
        double free = rate * scenario.machines().cores() - coming[node];
        slowest = Math.max(slowest, seconds(backlog[node], free));
      }
      return new Again(Arrays.stream(backlog).sum(), slowest);
    }

    private static double seconds(double rows, double rate) {
      if (rows == 0) {
        return 0;
      }
      return rate <= 0 ? Double.POSITIVE_INFINITY : rows / rate;
    }
  }

  /// Until all partitions have their holders again, from the change on.
  public double thinSeconds(Costs costs) {
    return isSudden ? costs.of(Cost.MEMBER_SECONDS) + copySeconds : 0;
  }

  /// Until the newest rows of all partitions are answered for again, where one node each reads
  /// them.
  public double newestAwaySeconds(Costs costs) {
    return isSudden && owners > 0 ? costs.of(Cost.SESSION_SECONDS) + catchUpSeconds : 0;
  }
}
