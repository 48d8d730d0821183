package io.tyto.server.fleet;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Processes that answer together, on one machine. What each prints is in `NAME.log` of the folder.
/// One thread but for {@link #standing}.
///
/// Lifetime: {@link #close} kills whoever is left.
public final class ProcessFleet implements AutoCloseable {
  /// Enough for what tests and the demo hold; the rest of the machine is the page cache's.
  private static final List<String> SMALL =
      List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:-UseG1GC", "-XX:TieredStopAtLevel=1");

  private static final long LOOK_MILLIS = 200;
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final Path folder;
  private final Map<Setting, String> shared;
  private final FleetStore store;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, ServeProcess> processes = new LinkedHashMap<>();
  private final Map<String, Integer> announced = new LinkedHashMap<>();
  private final Between between;
  private final String seeds;

  /// What stands between the processes.
  public interface Between {
    Between NOTHING = (_, port) -> port;

    /// Asked once for each process.
    ///
    /// @param port where it takes calls; others of the cluster find it on the port behind
    /// @return the first of two ports that lead there
    int announced(String name, int port);
  }

  /// Who is there, as one process sees it.
  ///
  /// @param owned by name of those that serve, the number of their partitions
  /// @param missing partitions without an owner that answers, in words
  public record Standing(Map<String, Integer> owned, List<String> missing) {}

  /// @param folder of their logs
  /// @param shared settings of all of them
  /// @param seeds names of those by whom others find the cluster
  /// @param store of all of them
  /// @param between stands between them
  public ProcessFleet(
      Path folder,
      Map<Setting, String> shared,
      FleetStore store,
      List<String> seeds,
      Between between) {
    this.folder = folder;
    this.store = store;
    this.between = between;
    this.shared = new EnumMap<>(shared);
    this.seeds = String.join(",", seeds.stream().map(this::announce).toList());
  }

  private static String address(int port) {
    return "127.0.0.1:" + port;
  }

  private int port(String name) {
    return ports.computeIfAbsent(name, _ -> LoopbackPorts.freeRun(2));
  }

  private String announce(String name) {
    return address(announced.computeIfAbsent(name, _ -> between.announced(name, port(name))));
  }

  /// Starts a process; does not wait.
  ///
  /// @param role as the setting of this name has it
  public ServeProcess launch(String name, String role) {
    Map<Setting, String> settings = new EnumMap<>(shared);
    settings.putAll(store.settings(name));
    settings.put(Setting.OWNERSHIP, "group");
    settings.put(Setting.NODE, name);
    settings.put(Setting.ROLE, role);
    settings.put(Setting.CLUSTER_LISTEN, address(port(name)));
    settings.put(Setting.CLUSTER_ANNOUNCE, announce(name));
    settings.put(Setting.CLUSTER_SEEDS, seeds);
    ServeProcess process =
        ServeProcess.launch(
            name, SMALL, settings, store.environment(), folder.resolve(name + ".log"));
    processes.put(name, process);
    return process;
  }

  /// Reads every byte of the store again (`tyto verify`). TytoException where something is not as
  /// it should be.
  ///
  /// @param name of a process that has ended
  public void verify(String name, Duration deadline) {
    Path log = folder.resolve("verify.log");
    int code = ServeProcess.run("verify", store.settings(name), store.environment(), log, deadline);
    if (code != 0) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "tyto verify ended with %d; what it found is in %s".formatted(code, log));
    }
  }

  public ServeProcess process(String name) {
    return Objects.requireNonNull(processes.get(name), name);
  }

  /// Those that run.
  public List<ServeProcess> running() {
    return processes.values().stream().filter(ServeProcess::isAlive).toList();
  }

  /// Waits until each of the named serves and owns something, all partitions together, and no
  /// others do. TytoException where that takes longer.
  ///
  /// @param asked who tells
  public void awaitOwners(
      ServeProcess asked, Set<String> names, int partitions, Duration deadline) {
    long until = System.nanoTime() + deadline.toNanos();
    Standing standing = standing(asked);
    while (!isOwned(standing, names, partitions)) {
      if (System.nanoTime() - until > 0) {
        throw new TytoException(
            ErrorCode.INTERNAL,
            "after %d s the %d partitions are not those of %s, as %s sees it: %s"
                .formatted(deadline.toSeconds(), partitions, names, asked.name(), standing));
      }
      pause();
      standing = standing(asked);
    }
  }

  private static boolean isOwned(Standing standing, Set<String> names, int partitions) {
    Map<String, Integer> owned = new TreeMap<>(standing.owned);
    owned.values().removeIf(number -> number == 0);
    return standing.missing.isEmpty()
        && owned.keySet().equals(names)
        && owned.values().stream().mapToInt(Integer::intValue).sum() == partitions;
  }

  /// As a process sees it now; one that does not answer sees nobody.
  public static Standing standing(ServeProcess asked) {
    JsonObject status;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(asked.commandAddress() + "/v1/cluster"))
              .timeout(Duration.ofSeconds(10))
              .build();
      status = new JsonObject(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      return new Standing(Map.of(), List.of(asked.name() + " does not answer: " + e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
    Map<String, Integer> owned = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    for (JsonObject member : objects(status.getJsonArray("members"))) {
      if (Boolean.TRUE.equals(member.getBoolean("isSilent"))) {
        missing.add(member.getString("id") + " is silent");
      } else if ("SERVING".equals(member.getString("state"))) {
        int number = 0;
        for (Map.Entry<String, Object> group : member.getJsonObject("owned")) {
          number += ((JsonArray) group.getValue()).size();
        }
        owned.put(member.getString("id"), number);
      }
    }
    objects(status.getJsonArray("missing")).forEach(one -> missing.add(one.encode()));
    return new Standing(owned, missing);
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array == null ? List.of() : array.stream().map(JsonObject.class::cast).toList();
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
  }

  @Override
  public void close() {
    processes.values().forEach(ServeProcess::close);
  }
}
