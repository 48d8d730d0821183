package io.tyto.perf.bench;

import com.sun.management.OperatingSystemMXBean;
import io.tyto.perf.http.JavaProcess;
import io.tyto.perf.http.KeptConnection;
import io.tyto.perf.http.Load;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/// Asks several that answer the same, in turns: first at a steady rate, then as fast as they
/// answer.
final class GatewayLoad implements AutoCloseable {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /// Requests under way at once at the steady rate.
  private static final int STEADY_CLIENTS = 8;

  /// Of a load whose latencies count, what is asked before they do.
  private static final double UNCOUNTED = 0.2;

  private static final double WARM_UP_TURN = 5;

  private final int rate;
  private final double seconds;
  private final int connections;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();
  private final List<KeptConnection> opened = new ArrayList<>();

  /// @param seconds of each load
  /// @param connections when it is as fast as answers come
  GatewayLoad(int rate, double seconds, int connections) {
    this.rate = rate;
    this.seconds = seconds;
    this.connections = connections;
  }

  /// Who is asked.
  ///
  /// @param clients one for each request that may be under way
  /// @param cpuNanos of its process so far
  private record Subject(List<Runnable> clients, LongSupplier cpuNanos) {}

  /// @param p50 milliseconds at the steady rate, likewise `p99`
  /// @param cpu microseconds a request at the steady rate
  /// @param flatOut answers a second, as fast as they come
  /// @param flatOutCpu microseconds of CPU for each of these
  record Figures(double p50, double p99, double cpu, double flatOut, double flatOutCpu) {

    static Figures median(List<Figures> all) {
      return new Figures(
          median(all, Figures::p50),
          median(all, Figures::p99),
          median(all, Figures::cpu),
          median(all, Figures::flatOut),
          median(all, Figures::flatOutCpu));
    }

    private static double median(List<Figures> all, ToDoubleFunction<Figures> figure) {
      return Times.median(all.stream().mapToDouble(figure).toArray());
    }
  }

  void add(String name, JavaProcess server, byte[] request) throws IOException {
    List<Runnable> clients = new ArrayList<>();
    for (int i = 0; i < Math.max(STEADY_CLIENTS, connections); i++) {
      KeptConnection connection = new KeptConnection(server.port());
      opened.add(connection);
      clients.add(() -> HttpAsker.ask(connection, request));
    }
    subjects.put(name, new Subject(clients, () -> server.cpu().toNanos()));
  }

  /// Adds work of this process.
  void add(String name, Runnable work) {
    subjects.put(
        name,
        new Subject(
            Collections.nCopies(Math.max(STEADY_CLIENTS, connections), work),
            SYSTEM::getProcessCpuTime));
  }

  /// Medians over the rounds, each of which is told as well.
  Map<String, Figures> measure(double warmUpSeconds, int rounds, Report report) {
    // In turns, so that what the machine does meanwhile is shared alike.
    for (double left = warmUpSeconds; left > 0; left -= WARM_UP_TURN) {
      for (Subject subject : subjects.values()) {
        Load.flatOut(subject.clients(), Math.min(left, WARM_UP_TURN));
      }
    }
    Map<String, List<Figures>> all = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      subjects.forEach((name, subject) ->
          all.computeIfAbsent(name, _ -> new ArrayList<>()).add(figures(subject)));
    }
    report.line(
        "%-42s %9s %9s %11s %11s %11s", "", "p50 ms", "p99 ms", "CPU us", "answers/s", "CPU us");
    Map<String, Figures> medians = new LinkedHashMap<>();
    all.forEach((name, figures) -> {
      figures.forEach(one -> line(report, "", one));
      medians.put(name, Figures.median(figures));
    });
    medians.forEach((name, figures) -> line(report, name, figures));
    return medians;
  }

  private static void line(Report report, String name, Figures figures) {
    report.line(
        "%-42s %9.2f %9.2f %11.0f %11.0f %11.0f",
        name, figures.p50(), figures.p99(), figures.cpu(), figures.flatOut(), figures.flatOutCpu());
  }

  private Figures figures(Subject subject) {
    int count = (int) (rate * seconds);
    int uncounted = (int) (count * UNCOUNTED);
    long before = subject.cpuNanos().getAsLong();
    double[] millis =
        Load.steady(subject.clients().subList(0, STEADY_CLIENTS), rate, uncounted, count);
    long between = subject.cpuNanos().getAsLong();
    long answered = Load.flatOut(subject.clients().subList(0, connections), seconds);
    long after = subject.cpuNanos().getAsLong();
    return new Figures(
        millis[millis.length / 2],
        millis[millis.length * 99 / 100],
        (between - before) / 1e3 / (count + uncounted),
        answered / seconds,
        (after - between) / 1e3 / answered);
  }

  @Override
  public void close() throws IOException {
    for (KeptConnection connection : opened) {
      connection.close();
    }
  }
}
