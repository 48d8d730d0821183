package io.tyto.cluster.simulate;

import io.tyto.cluster.simulate.Report.FanOut;
import io.tyto.cluster.simulate.Report.Metadata;
import io.tyto.cluster.simulate.Report.Question;
import io.tyto.cluster.simulate.Scenario.Layout;
import io.tyto.cluster.simulate.Scenario.Load;
import io.tyto.cluster.simulate.Scenario.Machines;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/// A report as tables for a person. Equal reports give equal lines.
public final class ReportText {
  private final Report report;
  private final List<String> lines = new ArrayList<>();

  private ReportText(Report report) {
    this.report = report;
  }

  public static List<String> of(Report report) {
    ReportText text = new ReportText(report);
    text.scenario();
    text.balance();
    text.metadata();
    text.questions();
    text.fanOuts();
    text.changes();
    text.limits();
    return List.copyOf(text.lines);
  }

  /// What each figure costs and where that comes from.
  public static List<String> costs(Costs costs) {
    List<String> lines = new ArrayList<>();
    for (Cost cost : Cost.values()) {
      lines.add(
          row(
              "%-19s %12s  %-27s %-9s %s",
              cost.label(),
              Figures.count(costs.of(cost)),
              cost.unit(),
              costs.isGiven(cost) ? "given" : cost.basis().name().toLowerCase(Locale.ROOT),
              cost.source()));
    }
    return lines;
  }

  private void add(String format, Object... cells) {
    lines.add(row(format, cells));
  }

  private static String row(String format, Object... cells) {
    return String.format(Locale.ROOT, format, cells).stripTrailing();
  }

  private void heading(String text) {
    lines.add("");
    lines.add(text);
  }

  private void scenario() {
    Machines machines = report.scenario().machines();
    Layout layout = report.scenario().layout();
    Load load = report.scenario().load();
    add(
        "%d nodes in %d zones, each %d cores, %s/s of network, %s/s and %s of disk, %s of memory",
        machines.nodes(),
        machines.zones(),
        machines.cores(),
        Figures.bytes(machines.networkMegabytes() * 1e6),
        Figures.bytes(machines.diskMegabytes() * 1e6),
        Figures.bytes(machines.diskTerabytes() * 1e12),
        Figures.bytes(machines.memoryGigabytes() * 1e9));
    add(
        "%s events a day (%s/s), kept %s days: %s rows, %s at %s a row, skew %s over %s keys a group",
        Figures.count(load.eventsPerDay()),
        Figures.count(load.eventsPerSecond()),
        Figures.count(load.daysKept()),
        Figures.count(load.rowsKept()),
        Figures.bytes(load.rowsKept() * load.bytesPerEvent()),
        Figures.bytes(load.bytesPerEvent()),
        load.skew(),
        Figures.count(load.keys()));
    add(
        "%d groups of %d partitions, %d replicas, newest rows on %d of them, %s questions/s, seed %d",
        layout.groups(),
        layout.partitions(),
        layout.replicas(),
        layout.tails(),
        Figures.count(load.queriesPerSecond()),
        report.scenario().seed());
    lines.add(
        "Built: partitions with owners, one shared store, questions to owners. Assumed: copies on nodes' disks,"
            + " placed as below, tail replicas, hedging.");
  }

  private void balance() {
    heading("A node has");
    add("%-34s %11s %11s %11s %11s %9s", "", "min", "median", "max", "mean", "max/mean");
    spread("partitions held", report.partitions(), Figures::count);
    spread("partitions owned, as placed", report.owned(), Figures::count);
    spread("partitions owned, by Kafka's range", report.ownersByRange(), Figures::count);
    spread("disk", report.bytes(), Figures::bytes);
    spread("events received a second", report.received(), Figures::bytes);
    spread("unsealed rows in memory", report.unsealed(), Figures::bytes);
    spread("cores for events", report.ingestCores(), Figures::count);
    spread("cores for questions", report.queryCores(), Figures::count);
    spread("of its cores busy", report.use(), Figures::percent);
  }

  private void spread(String what, Spread spread, DoubleFunction<String> figure) {
    add(
        "%-34s %11s %11s %11s %11s %9.2f",
        what,
        figure.apply(spread.min()),
        figure.apply(spread.median()),
        figure.apply(spread.max()),
        figure.apply(spread.mean()),
        spread.imbalance());
  }

  private void metadata() {
    Metadata metadata = report.metadata();
    heading("All have");
    add(
        "%s segments (compaction allows %s), at most %s of them on one node",
        Figures.count(metadata.segments()),
        Figures.count(metadata.segmentsAtMost()),
        Figures.count(metadata.mostSegments()));
    add(
        "%s commits/s, %s/s of manifests, %s manifests kept; the fastest partition takes %s events/s",
        Figures.count(metadata.commits()),
        Figures.bytes(metadata.manifestBytes()),
        Figures.count(metadata.manifests()),
        Figures.count(metadata.fastestPartition()));
    add(
        "%s look-ups/s of manifests at the store as built (a process takes %s for all), %s where holders alone look",
        Figures.count(metadata.lookupsOfAll()),
        Figures.seconds(metadata.turnSeconds()),
        Figures.count(metadata.lookupsOfHolders()));
    add(
        "%s of members, which each node reads once a second",
        Figures.bytes(metadata.memberBytes()));
  }

  private void questions() {
    heading("A question to one group, nothing else running");
    add(
        "%-22s %6s %9s %10s %9s %9s %9s %9s %10s",
        "", "nodes", "rows", "core time", "busiest", "asking", "p50", "p99", "p99 hedged");
    for (Question question : report.questions()) {
      add(
          "%-22s %6d %9s %10s %9s %9s %9s %9s %10s",
          question.kind().title(),
          question.width(),
          Figures.count(question.rows()),
          Figures.seconds(question.coreSeconds()),
          Figures.millis(question.busiestMillis()),
          Figures.millis(question.askingMillis()),
          Figures.millis(question.p50()),
          Figures.millis(question.p99()),
          Figures.millis(question.hedgedP99()));
    }
  }

  private void fanOuts() {
    heading(
        "The slowest of many leaves of %s each".formatted(Figures.millis(Report.FAN_OUT_MILLIS)));
    add("%-22s %9s %9s %10s", "leaves", "p50", "p99", "p99 hedged");
    for (FanOut fanOut : report.fanOuts()) {
      add(
          "%-22d %9s %9s %10s",
          fanOut.leaves(),
          Figures.millis(fanOut.p50()),
          Figures.millis(fanOut.p99()),
          Figures.millis(fanOut.hedgedP99()));
    }
  }

  private void changes() {
    heading("What happens when");
    Costs costs = report.scenario().costs();
    double stored =
        report.scenario().load().rowsKept()
            * report.scenario().load().bytesPerEvent()
            * report.scenario().layout().replicas();
    for (Change change : report.changes()) {
      add(
          "%s: %d copies move, %s (%s of all); the node that gets most gets %s, which takes %s",
          change.title(),
          change.copies(),
          Figures.bytes(change.bytesMoved()),
          Figures.percent(change.bytesMoved() / stored),
          Figures.bytes(change.busiestBytes()),
          Figures.seconds(change.copySeconds()));
      if (change.isSudden()) {
        sudden(change, costs);
      } else {
        add("  no copy is missing meanwhile; %d owners change, each seals first", change.owners());
      }
      add(
          "  cores of the busiest node: %s before, %s after",
          Figures.percent(change.useBefore()), Figures.percent(change.useAfter()));
    }
  }

  private void sudden(Change change, Costs costs) {
    add(
        "  %d partitions have a copy less for %s; %d have none left, and are read from the store meanwhile",
        change.thinPartitions(),
        Figures.seconds(change.thinSeconds(costs)),
        change.lonePartitions());
    if (report.scenario().layout().tails() > 1) {
      add("  %d owners change; their newest rows are on another node too", change.owners());
    } else {
      add(
          "  %d owners change; their newest rows, %s read again, are away for %s",
          change.owners(),
          Figures.count(change.rowsAgain()),
          Figures.seconds(change.newestAwaySeconds(costs)));
    }
  }

  private void limits() {
    heading("Limits, what is reached first at the front");
    add("%-66s %10s %10s %9s  %s", "", "is", "can be", "reached", "");
    for (Limit limit : report.limits()) {
      add(
          "%-66s %10s %10s %9s  %s",
          limit.what(),
          Figures.count(limit.value()),
          Figures.count(limit.bound()) + unit(limit),
          Figures.percent(limit.reached()),
          limit.isBuilt() ? "as built" : "with copies");
    }
    lines.add("");
    first("First as built", report.first(true));
    first("First with copies on nodes", report.first(false));
  }

  private static String unit(Limit limit) {
    return limit.unit().isEmpty() ? "" : " " + limit.unit();
  }

  private void first(String title, Limit limit) {
    add(
        "%s: %s, at %s%s of %s%s%s. What to do: %s.",
        title,
        limit.what(),
        Figures.count(limit.value()),
        unit(limit),
        Figures.count(limit.bound()),
        unit(limit),
        limit.reached() < 1 ? " (not reached)" : "",
        limit.remedy());
  }
}
