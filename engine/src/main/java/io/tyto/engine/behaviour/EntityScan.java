package io.tyto.engine.behaviour;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.scan.Workers;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Gathers the events of some collections that share an entity and shows them to passes, entity by
/// entity and each entity to one pass only. Not thread-safe: one a query.
///
/// Partitions are gone through one after the other, since no entity is in two. Of each, threads
/// first read the blocks that may hold an event, and cut what they find of a block into slices by
/// the entity's id; then each slice, small enough for a cache, is laid out by entity by counting.
/// What is held at once is 16 bytes an event of one partition (20 with a dimension), and as much
/// again for the slices at work.
public final class EntityScan {
  /// Events that a slice should have about.
  private static final int SLICE_ROWS = 1 << 16;

  private static final int MAX_SLICES = 1 << 10;

  private final List<EventTable> tables;
  private final EventClock clock;
  private final ScanContext context;
  private final boolean hasCodes;
  private final AtomicLong dimensionBytes = new AtomicLong();

  /// A block that may hold an event.
  private record Place(EventTable table, int source, int block) {
    int rows() {
      return RowSource.blockRows(table.sources().get(source), block);
    }
  }

  /// @param passes in no particular order; at least one
  public record Found<P>(List<P> passes, ScanStats stats) {}

  public EntityScan(List<EventTable> tables, EventClock clock, ScanContext context) {
    this.tables = List.copyOf(tables);
    this.clock = clock;
    this.context = context;
    hasCodes = tables.stream().anyMatch(table -> table.dimension() != null);
  }

  /// Blocks until every entity was shown. MEMORY_LIMIT_EXCEEDED where the events of a partition do
  /// not fit the query's budget.
  ///
  /// @param newPass called by the thread that will use the pass
  public <P extends EntityPass> Found<P> run(Supplier<P> newPass) {
    context.check();
    QueryTrace.Part traced = context.query().trace().begin("scan", "of entities");
    ScanStats read = ScanStats.NONE;
    try {
      Found<P> found = scan(newPass);
      read = found.stats();
      return found;
    } finally {
      traced.end(read.rowsScanned(), read.bytesScanned(), read.sourcesScanned());
    }
  }

  private <P extends EntityPass> Found<P> scan(Supplier<P> newPass) {
    TreeMap<Integer, List<Place>> byPartition = new TreeMap<>();
    ScanStats stats = prune(byPartition);
    context.query().admit(stats.rowsScanned());
    int columns = tables.stream().mapToInt(table -> table.slots().size()).max().orElse(1);
    context.begin(new Estimate(Estimate.Lane.SCAN, stats.rowsScanned(), columns));
    List<P> passes = new ArrayList<>();
    long bytes = 0;
    for (var partition : byPartition.entrySet()) {
      bytes += scan(partition.getKey(), partition.getValue(), newPass, passes);
    }
    if (passes.isEmpty()) {
      passes.add(newPass.get());
    }
    return new Found<>(passes, stats.plus(new ScanStats(0, bytes, 0, 0)));
  }

  /// Blocks in the order in which their rows arrived: collection by collection, source by source.
  private ScanStats prune(TreeMap<Integer, List<Place>> byPartition) {
    long rows = 0;
    int scanned = 0;
    int all = 0;
    for (EventTable table : tables) {
      Batch batch = new Batch(table.slots());
      for (int i = 0; i < table.sources().size(); i++) {
        RowSource source = table.sources().get(i);
        batch.enter(source, i);
        List<SourceFilter> filters =
            table.kinds().stream().map(kind -> kind.filter().open(batch, Kernels.best())).toList();
        List<Place> places =
            byPartition.computeIfAbsent(source.partition(), _ -> new ArrayList<>());
        int before = places.size();
        for (int block = 0; block < RowSource.blocks(source); block++) {
          int number = block;
          if (filters.stream().anyMatch(filter -> filter.enterBlock(number))) {
            places.add(new Place(table, i, block));
            rows += RowSource.blockRows(source, block);
          }
        }
        scanned += places.size() > before ? 1 : 0;
        all++;
      }
    }
    return new ScanStats(rows, 0, scanned, all - scanned);
  }

  /// Returns the bytes read.
  private <P extends EntityPass> long scan(
      int partition, List<Place> places, Supplier<P> newPass, List<P> passes) {
    long rows = places.stream().mapToLong(Place::rows).sum();
    int wanted = Math.clamp(rows / SLICE_ROWS, 1, MAX_SLICES);
    int slices = Integer.highestOneBit(wanted);
    @Nullable EventChunk[] found = new EventChunk[places.size()];
    List<EventLane> lanes =
        Workers.deal(
            context,
            places.size(),
            () -> new EventLane(context, clock, hasCodes, slices),
            (lane, i) -> {
              Place place = places.get(i);
              EventChunk chunk = lane.scan(place.table(), place.source(), place.block());
              if (chunk != null) {
                context.memory().reserve(chunk.sizeBytes());
                accountDimensions();
                found[i] = chunk;
              }
            });
    List<EventChunk> chunks = new ArrayList<>();
    for (EventChunk chunk : found) {
      if (chunk != null) {
        chunks.add(chunk);
      }
    }
    walk(partition, slices, chunks, newPass, passes);
    chunks.forEach(chunk -> context.memory().reserve(-chunk.sizeBytes()));
    return lanes.stream().mapToLong(EventLane::bytesRead).sum();
  }

  private <P extends EntityPass> void walk(
      int partition, int slices, List<EventChunk> chunks, Supplier<P> newPass, List<P> passes) {
    int sliceBits = Integer.numberOfTrailingZeros(slices);
    record Walk<P extends EntityPass>(P pass, SliceWalk walk) {}
    List<Walk<P>> walks =
        Workers.deal(
            context,
            slices,
            () -> {
              P pass = takeOrMake(passes, newPass);
              return new Walk<>(pass, new SliceWalk(context, pass, hasCodes, sliceBits));
            },
            (walk, slice) -> walk.walk().walk(partition, slice, chunks));
    for (Walk<P> walk : walks) {
      walk.walk().close();
      passes.add(walk.pass());
    }
  }

  /// Passes of an earlier partition go on in the next.
  private static <P> P takeOrMake(List<P> passes, Supplier<P> newPass) {
    synchronized (passes) {
      if (!passes.isEmpty()) {
        return passes.removeLast();
      }
    }
    return Objects.requireNonNull(newPass.get());
  }

  private void accountDimensions() {
    long bytes = 0;
    for (EventTable table : tables) {
      ColumnDomain dimension = table.dimension();
      bytes += dimension == null ? 0 : dimension.sizeBytes();
    }
    if (bytes != dimensionBytes.get()) {
      context.memory().reserve(bytes - dimensionBytes.getAndSet(bytes));
    }
  }
}
