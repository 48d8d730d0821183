package io.tyto.engine.snapshot;

import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.source.RowSource;
import io.tyto.model.result.MissingRows;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A consistent, immutable view of one collection. Thread-safe.
///
/// Lifetime: what it holds open is released when the last holder closes it; the creator holds it
/// once, {@link #retain} adds a holder (a cursor that pins it).
public final class TableSnapshot implements AutoCloseable {
  private final TableSchema schema;
  private final String id;
  private final Supplier<List<RowSource>> sources;
  private final @Nullable Leaves leaves;
  private final Facts facts;
  private final Runnable release;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// What the owner of the rows knows beside them; parts of `info`.
  ///
  /// @param ingestLagMillis how far the rows trail the log, or null where that is unknown
  /// @param made where the rows were made of others; null: they were stored as they are
  /// @param missing rows that should be there and cannot be had, where the question allows that
  public record Facts(
      long deadLetters,
      @Nullable Long ingestLagMillis,
      @Nullable Made made,
      Reach reach,
      List<MissingRows> missing) {
    public static final Facts NONE = new Facts(0, null, Reach.NONE);

    public Facts(long deadLetters, @Nullable Long ingestLagMillis, Reach reach) {
      this(deadLetters, ingestLagMillis, null, reach, List.of());
    }

    public Facts(long deadLetters, @Nullable Long ingestLagMillis, Made made) {
      this(deadLetters, ingestLagMillis, made, Reach.NONE, List.of());
    }
  }

  /// How rows came about that are none of events.
  ///
  /// @param servedBy what answers from them say
  /// @param watermark greatest event time of what they were made of; null without any
  /// @param heldBytes memory that they take as long as somebody holds them
  public record Made(String servedBy, @Nullable Instant watermark, long heldBytes) {}

  /// @param id hash over manifest versions and tail offsets: equal ids mean equal rows
  /// @param sources segments in commit order, then tail chunks, partition by partition
  /// @param release called once, when the last holder is gone
  public TableSnapshot(
      TableSchema schema, String id, List<RowSource> sources, Facts facts, Runnable release) {
    this(schema, id, fixed(sources), null, facts, release);
  }

  private TableSnapshot(
      TableSchema schema,
      String id,
      Supplier<List<RowSource>> sources,
      @Nullable Leaves leaves,
      Facts facts,
      Runnable release) {
    this.schema = schema;
    this.id = id;
    this.sources = sources;
    this.leaves = leaves;
    this.facts = facts;
    this.release = release;
  }

  private static Supplier<List<RowSource>> fixed(List<RowSource> sources) {
    List<RowSource> copy = List.copyOf(sources);
    return () -> copy;
  }

  /// Of rows that several nodes hold.
  ///
  /// @param leaves those nodes
  /// @param sources the same rows brought here, for whoever has to see each of them; asked for at
  ///   most once, when that is so
  public static TableSnapshot shared(
      TableSchema schema,
      String id,
      Leaves leaves,
      Supplier<List<RowSource>> sources,
      Facts facts,
      Runnable release) {
    return new TableSnapshot(schema, id, new Once(sources), leaves, facts, release);
  }

  private static final class Once implements Supplier<List<RowSource>> {
    private final Supplier<List<RowSource>> maker;
    private @Nullable List<RowSource> made;

    Once(Supplier<List<RowSource>> maker) {
      this.maker = maker;
    }

    @Override
    public synchronized List<RowSource> get() {
      List<RowSource> known = made;
      if (known == null) {
        known = List.copyOf(maker.get());
        made = known;
      }
      return known;
    }
  }

  public TableSnapshot(TableSchema schema, String id, List<RowSource> sources, Runnable release) {
    this(schema, id, sources, Facts.NONE, release);
  }

  public TableSchema schema() {
    return schema;
  }

  public String id() {
    return id;
  }

  /// All rows. Where nodes share them, they are brought here first, which may take long.
  public List<RowSource> sources() {
    return sources.get();
  }

  /// The nodes that hold the rows, or null where they lie here.
  public @Nullable Leaves leaves() {
    return leaves;
  }

  public Facts facts() {
    return facts;
  }

  /// Memory that it takes as long as it is held, beyond what its collection takes anyway.
  public long heldBytes() {
    return facts.made() == null ? 0 : facts.made().heldBytes();
  }

  public TableSnapshot retain() {
    if (holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("snapshot " + id + " is already released");
    }
    return this;
  }

  @Override
  public void close() {
    int left = holders.decrementAndGet();
    if (left == 0) {
      release.run();
    } else if (left < 0) {
      throw new IllegalStateException("snapshot " + id + " closed more often than held");
    }
  }
}
