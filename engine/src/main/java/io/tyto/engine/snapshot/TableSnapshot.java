package io.tyto.engine.snapshot;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.shipping.ShippedRows;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.result.MissingRows;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A consistent, immutable view of one collection. Thread-safe.
///
/// Lifetime: what it holds open is released when the last holder closes it; the creator holds it
/// once, {@link #retain} adds a holder (a cursor that pins it).
public final class TableSnapshot implements AutoCloseable {
  /// Between two looks whether a question that waits for another's rows has been called off.
  private static final long WAIT_MILLIS = 100;

  private final TableSchema schema;
  private final String id;
  private final String layout;

  /// Null: they lie elsewhere, and nobody has needed them here yet.
  private volatile @Nullable List<RowSource> sources;

  /// Held while they are brought.
  private final ReentrantLock bringing = new ReentrantLock();

  private final @Nullable Leaves leaves;
  private final Facts facts;
  private final Runnable release;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// What the owner of the rows knows beside them; parts of `info`.
  ///
  /// @param ingestLagMillis how far the rows trail the log, or null where that is unknown
  /// @param made where the rows were made of others; null: they were stored as they are
  /// @param reach of logs without an end
  /// @param sealed of the partitions all rows of which are sealed, and of all logs: exactly what
  ///   lies below it is in the rows
  /// @param missing rows that should be there and cannot be had, where the question allows that
  public record Facts(
      long deadLetters,
      @Nullable Long ingestLagMillis,
      @Nullable Made made,
      Reach reach,
      Reach sealed,
      List<MissingRows> missing) {
    public static final Facts NONE = new Facts(0, null, Reach.NONE, Reach.NONE);

    public Facts(long deadLetters, @Nullable Long ingestLagMillis, Reach reach, Reach sealed) {
      this(deadLetters, ingestLagMillis, null, reach, sealed, List.of());
    }

    public Facts(long deadLetters, @Nullable Long ingestLagMillis, Made made) {
      this(deadLetters, ingestLagMillis, made, Reach.NONE, Reach.NONE, List.of());
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
    this(schema, id, "", List.copyOf(sources), null, facts, release);
  }

  private TableSnapshot(
      TableSchema schema,
      String id,
      String layout,
      @Nullable List<RowSource> sources,
      @Nullable Leaves leaves,
      Facts facts,
      Runnable release) {
    this.schema = schema;
    this.id = id;
    this.layout = layout;
    this.sources = sources;
    this.leaves = leaves;
    this.facts = facts;
    this.release = release;
  }

  /// Of rows that several nodes hold.
  ///
  /// @param layout equal ids and layouts mean the same order of sources
  /// @param leaves those nodes
  public static TableSnapshot shared(
      TableSchema schema, String id, String layout, Leaves leaves, Facts facts, Runnable release) {
    return new TableSnapshot(schema, id, layout, null, leaves, facts, release);
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

  /// Of the order of its sources, where equal ids do not mean that; else empty.
  public String layout() {
    return layout;
  }

  /// All rows of a snapshot that lies here.
  public List<RowSource> sources() {
    List<RowSource> known = sources;
    if (known == null) {
      throw new IllegalStateException("the rows of " + id + " lie on other nodes");
    }
    return known;
  }

  /// All rows. Where nodes share them, they are brought here first, once, which may take long.
  /// QUERY_TIMEOUT, CANCELLED.
  public List<RowSource> sources(ScanContext context) {
    List<RowSource> known = sources;
    return known == null ? bring(context) : known;
  }

  private List<RowSource> bring(ScanContext context) {
    try {
      while (!bringing.tryLock(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        context.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while rows were brought", e);
    }
    try {
      List<RowSource> known = sources;
      if (known == null) {
        known = List.copyOf(Objects.requireNonNull(leaves).rows(context));
        sources = known;
      }
      return known;
    } finally {
      bringing.unlock();
    }
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
    long bytes = facts.made() == null ? 0 : facts.made().heldBytes();
    List<RowSource> known = sources;
    if (leaves != null && known != null) {
      for (RowSource source : known) {
        bytes += source instanceof ShippedRows rows ? rows.heldBytes() : 0;
      }
    }
    return bytes;
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
