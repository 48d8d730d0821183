package io.tyto.server;

import io.tyto.engine.LocalQueryService;
import io.tyto.engine.live.LiveQueries;
import io.tyto.gateway.observe.Meter;
import io.tyto.gateway.observe.Meters;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.model.port.AuditLog;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.time.Clock;

/// Settings -> what is told of the server's work; and the numbers that the engine knows.
final class Observing {
  private Observing() {}

  /// The gateway closes it.
  static Observatory of(
      Settings settings, Fleet fleet, LiveQueries live, AuditLog audit, Clock clock) {
    String version = Observing.class.getPackage().getImplementationVersion();
    ObserveOptions options =
        new ObserveOptions(
            settings.duration(Setting.QUERY_SLOW_LOG),
            settings.text(Setting.TRACES_ENDPOINT),
            Double.parseDouble(settings.text(Setting.TRACES_SAMPLE_RATIO)),
            version == null ? ObserveOptions.DEFAULT.version() : version);
    Observatory observatory = new Observatory(options, clock, audit, fleet.status());
    Meters meters = observatory.meters();
    LocalQueryService queries = fleet.queries();
    fleet.tellCalls(meters);
    meters.watch(Meter.SNAPSHOTS_PINNED, queries::pinnedSnapshots);
    meters.watch(Meter.SCAN_THREADS_BUSY, queries::busyWorkers);
    meters.watch(Meter.SCAN_TASKS_WAITING, queries::waitingTasks);
    meters.watch(Meter.SUBSCRIPTIONS, () -> live.load().followers(), "aggregate");
    meters.watch(Meter.SUBSCRIPTIONS, () -> live.load().eventFollowers(), "events");
    meters.watch(Meter.SUBSCRIPTIONS, () -> live.load().queries(), "queries");
    return observatory;
  }
}
