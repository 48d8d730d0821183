package io.tyto.server.cli;

import io.tyto.cluster.simulate.Cost;
import io.tyto.cluster.simulate.Costs;
import io.tyto.cluster.simulate.QueryKind;
import io.tyto.cluster.simulate.ReportText;
import io.tyto.cluster.simulate.Scenario;
import io.tyto.cluster.simulate.Simulation;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `tyto simulate`: what a fleet of a given size does under a given load, without a fleet.
@Command(
    name = "simulate",
    description = {
      "Replays measured costs of one core through the placement of a fleet: balance, metadata,"
          + " latency by fan-out, what moves when nodes come and go, and which limit comes first.",
      "The same flags give the same output. Nothing is read, written or measured here."
    })
final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--nodes", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
  private int nodes;

  @Option(
      names = "--zones",
      defaultValue = "3",
      description =
          "what fails together: node i is in zone i modulo this; default: ${DEFAULT-VALUE}")
  private int zones;

  @Option(
      names = "--cores",
      defaultValue = "16",
      description = "of a node; default: ${DEFAULT-VALUE}")
  private int cores;

  @Option(
      names = "--network",
      defaultValue = "1250",
      description = "MB/s of a node, each way; default: ${DEFAULT-VALUE}")
  private double network;

  @Option(
      names = "--disk",
      defaultValue = "1000",
      description = "MB/s of a node; default: ${DEFAULT-VALUE}")
  private double disk;

  @Option(
      names = "--disk-size",
      defaultValue = "8",
      description = "TB of a node; default: ${DEFAULT-VALUE}")
  private double diskSize;

  @Option(
      names = "--memory",
      defaultValue = "64",
      description = "GB of a node, half of it heap; default: ${DEFAULT-VALUE}")
  private double memory;

  @Option(
      names = "--groups",
      defaultValue = "4",
      description = "of collections, each with one; default: ${DEFAULT-VALUE}")
  private int groups;

  @Option(
      names = "--partitions",
      defaultValue = "1024",
      description = "of a group; default: ${DEFAULT-VALUE}, the most there can be")
  private int partitions;

  @Option(
      names = "--replicas",
      defaultValue = "2",
      description = "nodes that keep a partition; default: ${DEFAULT-VALUE}")
  private int replicas;

  @Option(
      names = "--tails",
      defaultValue = "1",
      description = "of these, how many read its newest events; default: ${DEFAULT-VALUE}")
  private int tails;

  @Option(
      names = "--events-per-day",
      defaultValue = "1e9",
      description = "of all groups together; default: ${DEFAULT-VALUE}")
  private double eventsPerDay;

  @Option(
      names = "--bytes-per-event",
      defaultValue = "41",
      description = "as stored; default: ${DEFAULT-VALUE}, as the comparison's 16 columns")
  private double bytesPerEvent;

  @Option(
      names = "--days",
      defaultValue = "90",
      description = "that rows are kept; default: ${DEFAULT-VALUE}")
  private double days;

  @Option(
      names = "--skew",
      defaultValue = "0.5",
      description = "exponent of Zipf's law over the keys of a group; default: ${DEFAULT-VALUE}")
  private double skew;

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "of a group; default: ${DEFAULT-VALUE}")
  private int keys;

  @Option(
      names = "--queries",
      defaultValue = "20",
      description = "a second, of all groups together; default: ${DEFAULT-VALUE}")
  private double queries;

  @Option(
      names = "--mix",
      split = ",",
      paramLabel = "KIND=WEIGHT",
      defaultValue = "cube=90,recent=9,entities=0.9,wide=0.1",
      converter = {KindConverter.class, NumberConverter.class},
      description = "how often each kind is asked; default: ${DEFAULT-VALUE}")
  private Map<QueryKind, Double> mix = new LinkedHashMap<>();

  @Option(
      names = "--cost",
      paramLabel = "NAME=VALUE",
      converter = {CostConverter.class, NumberConverter.class},
      description = "another figure for a cost; --costs lists them; may be given again")
  private Map<Cost, Double> given = new LinkedHashMap<>();

  @Option(names = "--costs", description = "lists the costs and where they come from, and ends")
  private boolean isCostsAsked;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of keys and latencies; default: ${DEFAULT-VALUE}")
  private long seed;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Scenario scenario = scenario();
    List<String> lines =
        isCostsAsked ? ReportText.costs(scenario.costs()) : ReportText.of(Simulation.run(scenario));
    lines.forEach(out::println);
    out.flush();
    return 0;
  }

  private Scenario scenario() {
    try {
      return new Scenario(
          new Scenario.Machines(nodes, zones, cores, network, disk, diskSize, memory),
          new Scenario.Layout(groups, partitions, replicas, tails),
          new Scenario.Load(eventsPerDay, bytesPerEvent, days, skew, keys, queries, mix),
          new Costs(given),
          seed);
    } catch (IllegalArgumentException e) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  /// A constant by the name that people write.
  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    try {
      return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'%s' is none of %s"
              .formatted(
                  name,
                  Arrays.stream(type.getEnumConstants())
                      .map(each -> each.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                      .collect(Collectors.joining(", "))));
    }
  }

  static final class KindConverter implements ITypeConverter<QueryKind> {
    @Override
    public QueryKind convert(String value) {
      return constant(QueryKind.class, value);
    }
  }

  static final class CostConverter implements ITypeConverter<Cost> {
    @Override
    public Cost convert(String value) {
      return constant(Cost.class, value);
    }
  }

  static final class NumberConverter implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      try {
        return Double.valueOf(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'%s' is no number".formatted(value));
      }
    }
  }
}
