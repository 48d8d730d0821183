package io.tyto.gateway.observe;

import io.tyto.gateway.observe.Meters.Reading;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.FeedState;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.AdminService.Status;
import io.tyto.model.port.AdminService.ViewAge;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.ClusterService.ClusterStatus;
import io.tyto.model.port.ClusterService.MemberState;
import io.tyto.model.port.ClusterService.MemberStatus;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Why;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The state of the node as gauges, looked at when somebody asks and at most every few seconds.
/// Thread-safe.
final class StatusMeters {
  private static final Duration KEPT = Duration.ofSeconds(5);
  private static final Duration WATERMARK_TIMEOUT = Duration.ofSeconds(2);
  private static final long WATERMARK_BYTES = 16 << 20;
  private static final String SILENT = "silent";

  private final AdminService admin;
  private final QueryService queries;
  private final ClusterService cluster;
  private final Meters meters;
  private final Clock clock;
  private @Nullable Instant seen;

  StatusMeters(
      AdminService admin,
      QueryService queries,
      ClusterService cluster,
      Meters meters,
      Clock clock) {
    this.admin = admin;
    this.queries = queries;
    this.cluster = cluster;
    this.meters = meters;
    this.clock = clock;
  }

  synchronized void refresh() {
    Instant now = clock.instant();
    Instant before = seen;
    if (before != null && Duration.between(before, now).abs().compareTo(KEPT) < 0) {
      return;
    }
    seen = now;
    Status status = admin.status();
    ofCollections(status.collections());
    ofPartitions(status.partitions());
    ofFeeds(status.feeds());
    each(Meter.VIEW_AGE, status.views(), ViewAge::ageMillis, 1e-3, view -> List.of(view.name()));
    ofCluster(cluster.status());
    meters.show(Meter.DISK_USED, List.of(new Reading(status.diskBytes(), List.of())));
    meters.show(Meter.DISK_FREE, List.of(new Reading(status.freeDiskBytes(), List.of())));
    meters.show(Meter.ALARMS, List.of(new Reading(status.alarms().size(), List.of())));
    watermarks(status.collections(), now);
  }

  private interface Labels<T> {
    List<String> of(T item);
  }

  /// Values below 0 are not known.
  private <T> void each(
      Meter meter, Collection<T> items, ToDoubleFunction<T> value, double unit, Labels<T> labels) {
    List<Reading> readings = new ArrayList<>();
    for (T item : items) {
      double number = value.applyAsDouble(item);
      if (number >= 0) {
        readings.add(new Reading(number * unit, labels.of(item)));
      }
    }
    meters.show(meter, readings);
  }

  private void ofCollections(List<CollectionStatus> all) {
    Labels<CollectionStatus> name = one -> List.of(one.name());
    each(Meter.ROWS, all, CollectionStatus::rows, 1, name);
    each(Meter.TAIL_ROWS, all, CollectionStatus::tailRows, 1, name);
    each(Meter.SEGMENTS, all, CollectionStatus::segments, 1, name);
    each(Meter.STORED_BYTES, all, CollectionStatus::bytes, 1, name);
    each(Meter.DEAD_LETTERS, all, CollectionStatus::deadLetters, 1, name);
    each(Meter.LOG_LAG, all, CollectionStatus::logLagRecords, 1, name);
  }

  /// What all partitions of a group have in common.
  private static final class Group {
    private int own;
    private int followed;
    private int failed;
    private long sealAgeMillis;
    private long followedMillis;
    private long waitingSeals;
    private long gaps;

    void add(PartitionStatus partition) {
      own += partition.isFollowed() ? 0 : 1;
      followed += partition.isFollowed() ? 1 : 0;
      failed += partition.problem() == null ? 0 : 1;
      sealAgeMillis = Math.max(sealAgeMillis, partition.sealAgeMillis());
      followedMillis = Math.max(followedMillis, partition.followedMillis());
      waitingSeals += partition.waitingSeals();
      gaps += partition.gaps();
    }
  }

  private void ofPartitions(List<PartitionStatus> partitions) {
    Map<String, Group> groups = new TreeMap<>();
    for (PartitionStatus partition : partitions) {
      groups.computeIfAbsent(partition.group(), _ -> new Group()).add(partition);
    }
    List<Reading> states = new ArrayList<>();
    groups.forEach((name, group) -> {
      states.add(new Reading(group.own, List.of(name, "own")));
      states.add(new Reading(group.followed, List.of(name, "followed")));
      states.add(new Reading(group.failed, List.of(name, "failed")));
    });
    meters.show(Meter.PARTITIONS, states);
    Collection<Map.Entry<String, Group>> all = groups.entrySet();
    Labels<Map.Entry<String, Group>> name = entry -> List.of(entry.getKey());
    each(Meter.SEAL_AGE, all, entry -> entry.getValue().sealAgeMillis, 1e-3, name);
    each(Meter.FOLLOWED_AGE, all, entry -> entry.getValue().followedMillis, 1e-3, name);
    each(Meter.WAITING_SEALS, all, entry -> entry.getValue().waitingSeals, 1, name);
    each(Meter.LOG_GAPS, all, entry -> entry.getValue().gaps, 1, name);
  }

  private void ofFeeds(List<FeedStatus> feeds) {
    Labels<FeedStatus> log = feed -> List.of(feed.topic(), String.valueOf(feed.partition()));
    each(Meter.FEED_LAG, feeds, FeedStatus::lagRecords, 1, log);
    each(Meter.FEED_AGE, feeds, FeedStatus::lagMillis, 1e-3, log);
    each(Meter.FEED_EVENTS, feeds, FeedStatus::events, 1, log);
    each(Meter.FEED_REFUSED, feeds, FeedStatus::refused, 1, log);
    each(Meter.FEED_RUNNING, feeds, feed -> feed.state() == FeedState.RUNNING ? 1 : 0, 1, log);
  }

  private void ofCluster(@Nullable ClusterStatus status) {
    List<Reading> states = new ArrayList<>();
    List<Reading> missing = new ArrayList<>();
    if (status != null) {
      List<MemberStatus> silent = status.members().stream().filter(MemberStatus::isSilent).toList();
      states.add(new Reading(silent.size(), List.of(SILENT)));
      for (MemberState state : MemberState.values()) {
        long count =
            status.members().stream()
                .filter(member -> !member.isSilent() && member.state() == state)
                .count();
        states.add(new Reading(count, List.of(label(state))));
      }
      for (Why why : Why.values()) {
        long count =
            status.missing().stream().map(MissingPartition::why).filter(why::equals).count();
        missing.add(new Reading(count, List.of(label(why))));
      }
    }
    meters.show(Meter.CLUSTER_MEMBERS, states);
    meters.show(Meter.CLUSTER_MISSING, missing);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// By a question that reads no row: what an answer is based on comes with it.
  private void watermarks(List<CollectionStatus> collections, Instant now) {
    List<Reading> ages = new ArrayList<>();
    for (CollectionStatus collection : collections) {
      Instant watermark = watermark(collection.name());
      if (watermark != null) {
        double seconds = Duration.between(watermark, now).toMillis() / 1e3;
        ages.add(new Reading(seconds, List.of(collection.name())));
      }
    }
    meters.show(Meter.WATERMARK_AGE, ages);
  }

  private @Nullable Instant watermark(String collection) {
    AggregateQuery nothing =
        AggregateQuery.totals(collection, null, List.of(new Measure.Count()))
            .withTimes(new TimeInterval(Instant.EPOCH, Instant.EPOCH), null, null);
    try {
      return queries
          .aggregate(
              nothing,
              new QueryContext("watermark of " + collection, WATERMARK_TIMEOUT, WATERMARK_BYTES))
          .meta()
          .watermark();
    } catch (TytoException e) {
      return null; // dropped meanwhile, or damaged: its own alarm says so
    }
  }
}
