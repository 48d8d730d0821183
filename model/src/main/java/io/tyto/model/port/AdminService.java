package io.tyto.model.port;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The catalog and the state of the node. Thread-safe.
public interface AdminService extends CohortService, ViewService, KeyService, SavedService {

  /// The collections as of now, by name.
  List<TableSchema> collections();

  /// Every version of a collection, ascending. UNKNOWN_COLLECTION.
  List<TableSchema> versions(String collection);

  /// Grows with every change of collections and views: a schema built of an older one is stale.
  /// Stays where something else of the catalog changes, such as what is saved.
  long catalogVersion();

  /// Takes over configs, all or none: new collections, and changes of others as far as what is
  /// stored can be read by them. CONFIG_INVALID; CONFIG_INCOMPATIBLE with every change that breaks.
  ///
  /// @param files file name -> text
  ApplyResult applyConfigs(List<ConfigFile> files);

  /// Every version of a collection's config, ascending. UNKNOWN_COLLECTION.
  List<ConfigVersion> configHistory(String collection);

  /// What {@link #applyConfigs} would do with the same files; changes nothing. CONFIG_INVALID.
  ConfigPlan diffConfigs(List<ConfigFile> files);

  Status status();

  /// The enrichers in order, and the plug-ins that brought some of them.
  default PipelineStatus pipeline() {
    return PipelineStatus.EMPTY;
  }

  /// The dimension tables by name, each with its versions.
  default List<TableStatus> tables() {
    return List.of();
  }

  /// Loads a dimension table now. NOT_FOUND; STORE_FAILED where the load failed and the last
  /// version stays.
  ///
  /// @return whether it brought a new version
  default boolean reloadTable(String table) {
    throw new TytoException(
        ErrorCode.NOT_FOUND, "there is no dimension table '%s'".formatted(table));
  }

  /// Seals and commits what was accepted so far, of what this process owns; returns when it is
  /// committed. OVERLOADED where that takes too long: it goes on all the same.
  default void seal() {}

  /// Ready to answer and to take: recovered, and what comes can be stored.
  boolean isReady();

  /// A dimension table.
  ///
  /// @param origin where its rows are, without secrets
  /// @param versions those that are kept, ascending
  /// @param checked the end of the last load that went well since the start; null: none
  /// @param failure why the last load failed; null where it did not
  record TableStatus(
      String name,
      String key,
      String origin,
      List<TableVersionStatus> versions,
      @Nullable Instant checked,
      @Nullable String failure) {
    public TableStatus {
      versions = List.copyOf(versions);
    }
  }

  /// @param from the event time from which it answers
  record TableVersionStatus(long number, Instant from, Instant loaded, long rows, long bytes) {}

  record ConfigFile(String name, String text) {}

  /// What became of configs.
  ///
  /// @param changed collections that have a new version
  /// @param plan what was changed, and what follows from it
  record ApplyResult(
      List<String> created, List<String> changed, List<String> unchanged, ConfigPlan plan) {
    public static final ApplyResult NOTHING =
        new ApplyResult(List.of(), List.of(), List.of(), new ConfigPlan(List.of()));

    /// What the audit log says of it: an entry for each collection that has a new config.
    ///
    /// @param caller id of who applied them
    public List<AuditLog.Entry> entries(String caller) {
      return Stream.concat(created.stream(), changed.stream())
          .map(name -> new AuditLog.Entry(caller, "config.apply", name, "ok", Map.of(), true))
          .toList();
    }
  }

  /// What a change means for rows that are stored already.
  enum Verdict {
    UNCHANGED,
    /// Holds at once.
    COMPATIBLE,
    /// Holds at once; older segments are read by it until the background has written them anew.
    REWRITE,
    /// Refused: the change and what is stored cannot both be right.
    BREAKING
  }

  /// One version of a config.
  ///
  /// @param text the file as it was applied
  /// @param changes what it changed of the version before, one line each
  /// @param discovered fields that were found in events and stand in no file, as a file would have
  ///   them
  record ConfigVersion(int version, String text, List<String> changes, List<String> discovered) {
    public ConfigVersion {
      changes = List.copyOf(changes);
      discovered = List.copyOf(discovered);
    }
  }

  /// What applying configs does, collection by collection.
  record ConfigPlan(List<CollectionPlan> collections) {
    public ConfigPlan {
      collections = List.copyOf(collections);
    }

    public boolean isBreaking() {
      return collections.stream().anyMatch(plan -> plan.verdict() == Verdict.BREAKING);
    }
  }

  /// @param fromVersion config version that stands; 0: the collection is new
  /// @param toVersion the next one, or the same where nothing changes
  /// @param changes every difference, in the order of the config
  record CollectionPlan(
      String collection, int fromVersion, int toVersion, List<ConfigChange> changes) {
    public CollectionPlan {
      changes = List.copyOf(changes);
    }

    /// The gravest of its changes.
    public Verdict verdict() {
      Verdict gravest = Verdict.UNCHANGED;
      for (ConfigChange change : changes) {
        gravest = change.verdict().compareTo(gravest) > 0 ? change.verdict() : gravest;
      }
      return gravest;
    }
  }

  /// One difference between two versions of a config.
  ///
  /// @param what such as `fields.amount.type: int becomes long`
  /// @param consequence what follows for stored rows and for callers; of a change that breaks the
  ///   reason, and what to do instead
  record ConfigChange(Verdict verdict, String what, String consequence) {}

  /// Lets the logs of a topic go on that stand still until somebody decides: records lost before
  /// they were read become a gap, a topic that was made again is read from its beginning.
  /// BAD_USER_INPUT where nothing waits.
  ///
  /// @param partition of the topic, or -1 for all
  /// @return what was accepted, in words
  List<String> acceptFeed(String topic, int partition);

  /// @param views by name; none where nobody serves the folder
  record Status(
      long diskBytes,
      long freeDiskBytes,
      List<CollectionStatus> collections,
      List<PartitionStatus> partitions,
      List<FeedStatus> feeds,
      List<ViewAge> views,
      List<String> alarms) {

    /// Of a node that keeps no views.
    public Status(
        long diskBytes,
        long freeDiskBytes,
        List<CollectionStatus> collections,
        List<PartitionStatus> partitions,
        List<FeedStatus> feeds,
        List<String> alarms) {
      this(diskBytes, freeDiskBytes, collections, partitions, feeds, List.of(), alarms);
    }
  }

  /// How far a view has come.
  ///
  /// @param progress of the rows that are committed, the part that it has taken in
  /// @param ageMillis since all its partitions were last brought up to date; -1: not since the
  ///   start
  /// @param problem why it is not kept up, or null
  record ViewAge(
      String name,
      String collection,
      ViewService.State state,
      double progress,
      long ageMillis,
      @Nullable String problem) {
    @Override
    public String toString() {
      String age = ageMillis < 0 ? "" : ", as of %,d s ago".formatted(ageMillis / 1_000);
      return "view %s of %s: %s%s%s"
          .formatted(
              name,
              collection,
              state,
              state == ViewService.State.BUILDING
                  ? " %d %%".formatted((int) (progress * 100))
                  : age,
              problem == null ? "" : ", " + problem);
    }
  }

  /// One partition of a group of collections.
  ///
  /// @param owner {@link #SELF}, or the name of the process whose commits are followed here, empty
  ///   where nobody has committed yet
  /// @param followedMillis age of the newest commit of a partition that is followed: what came
  ///   later is not seen here yet; 0 where it is our own
  /// @param epoch grows with every claim
  /// @param manifest number of the newest commit
  /// @param sealAgeMillis age of the oldest row that is not committed; 0 without one
  /// @param waitingSeals units that are frozen and not committed
  /// @param gaps offsets of logs that were lost, ever
  /// @param problem why it takes nothing, or null
  record PartitionStatus(
      String group,
      int partition,
      String owner,
      long followedMillis,
      long epoch,
      long manifest,
      long sealAgeMillis,
      int waitingSeals,
      long gaps,
      @Nullable String problem) {
    /// Owner of what this process owns; no process can be called so.
    public static final String SELF = "self";

    public boolean isFollowed() {
      return !owner.equals(SELF);
    }
  }

  /// One log outside of this process.
  ///
  /// @param collections that it brings events for
  /// @param position everything below it was taken
  /// @param committed everything below it is committed
  /// @param lagRecords offsets between position and stable end, -1 where that is not known
  /// @param lagMillis how far the last event taken lies back while there are more; -1 not known
  /// @param events taken since the start; `refused` of them are dead letters, `misplaced` came in
  ///   another partition than their key's
  /// @param problem why it does not go on, or null
  record FeedStatus(
      List<String> collections,
      String topic,
      int partition,
      FeedState state,
      long position,
      long committed,
      long lagRecords,
      long lagMillis,
      long events,
      long refused,
      long misplaced,
      @Nullable String problem) {}

  enum FeedState {
    STARTING,
    RUNNING,
    /// Tries again by itself.
    WAITING,
    /// Somebody has to decide.
    HALTED,
    STOPPED
  }

  /// @param rewriting null where everything stored is as the newest privacy policies leave it
  /// @param joining null where nothing is joined with events of another collection
  record CollectionStatus(
      String name,
      long rows,
      long tailRows,
      int segments,
      long bytes,
      long deadLetters,
      long logLagRecords,
      long sealAgeMillis,
      @Nullable String alarm,
      @Nullable Rewriting rewriting,
      @Nullable Joining joining) {}

  /// How far stored rows have what joins with other collections give them.
  ///
  /// @param late events of the others, since the start, that came when there was a row which they
  ///   may concern
  /// @param due segments that may have rows to join again, of `segments` in all
  record Joining(long late, int due, int segments) {
    public Joining plus(Joining other) {
      return new Joining(late + other.late, due + other.due, segments + other.segments);
    }

    @Override
    public String toString() {
      return "%,d joined events came late since the start; %,d of %,d segments may have rows to join again"
          .formatted(late, due, segments);
    }
  }

  /// How far stored rows follow a privacy policy that came later.
  ///
  /// @param version of the config that changed the policies
  /// @param done segments that hold no older values, of `segments` in all
  /// @param isCleaningUp files that were replaced are there still, for cursors that may ask for
  ///   them
  record Rewriting(int version, int done, int segments, boolean isCleaningUp) {
    @Override
    public String toString() {
      return done < segments
          ? "rewriting %,d of %,d segments to version %d".formatted(done + 1, segments, version)
          : "rewritten to version %d; older files and dead letters are cleaned up"
              .formatted(version);
    }
  }

  record PipelineStatus(List<PipelineStep> steps, List<PluginJar> plugins) {
    public static final PipelineStatus EMPTY = new PipelineStatus(List.of(), List.of());
  }

  /// One enricher and what it did since the start.
  ///
  /// @param position from 1
  /// @param dataVersion of the data it answers from; empty: it has none
  /// @param collections name -> columns it fills there
  /// @param hits calls that gave at least one value
  /// @param failures calls that threw; their events kept nulls
  /// @param microsPerCall from a sample of the calls; 0 before the first
  record PipelineStep(
      int position,
      String enricher,
      String dataVersion,
      List<PipelineField> reads,
      List<PipelineField> adds,
      Map<String, List<String>> collections,
      long calls,
      long hits,
      long failures,
      double microsPerCall,
      @Nullable String lastFailure) {}

  record PipelineField(String name, String type, String description) {}

  /// @param provides such as `enricher tariff`
  record PluginJar(String file, List<String> provides) {}
}
