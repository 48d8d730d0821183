package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesBatch;
import io.tyto.engine.encoding.BytesDecoder;
import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.source.RowSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Entity state of one partition: which dense id every key has got. Same container as {@link
/// Segment}.
///
/// Thread-safe. Lifetime: until {@link #close}.
public final class StateSegment implements AutoCloseable {
  private static final int BATCH = 1 << 12;

  private final Container container;
  private final SegmentInfo info;

  private StateSegment(Container container) {
    this.container = container;
    Container.Block block = container.require(BlockKind.INFO, 0, 0);
    try {
      info = SegmentInfo.read(container.read(block));
    } catch (IndexOutOfBoundsException e) {
      throw container.unreadable(block, e);
    }
    if (info.rows() < 0 || info.blockRows() != RowSource.BLOCK_ROWS) {
      throw container.corrupt(
          block.byteOffset(),
          "entities in blocks of " + RowSource.BLOCK_ROWS,
          info.rows() + " in blocks of " + info.blockRows());
    }
  }

  /// Writes pairs in the given order; ids ascend. The summary has no times: least above greatest.
  public static SegmentSummary write(
      int projectId, int groupId, int partition, Iterator<EntityKey> entities, SegmentSink sink)
      throws IOException {
    return new StateSegmentWriter(projectId, groupId, partition, sink).write(entities);
  }

  /// SEGMENT_CORRUPT.
  public static StateSegment open(Path file, long expectedBytes) {
    Container container = Container.open(file, expectedBytes, ContainerFormat.FileKind.STATE);
    try {
      return new StateSegment(container);
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
  }

  public long entityCount() {
    return info.rows();
  }

  /// The highest id, without looking at the others' blocks; 0 where there is none.
  public int lastId() {
    if (info.rows() == 0) {
      return 0;
    }
    int last = (int) ((info.rows() - 1) / RowSource.BLOCK_ROWS);
    Container.Block block = container.require(BlockKind.ENTITY_IDS, 0, last);
    int[] id = new int[1];
    try {
      openIds(block).decode((int) ((info.rows() - 1) % RowSource.BLOCK_ROWS), 1, id);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
    return id[0];
  }

  /// Visits every pair in stored order.
  public void forEach(Consumer<EntityKey> visitor) {
    long left = info.rows();
    for (int block = 0; left > 0; block++) {
      int count = (int) Math.min(left, RowSource.BLOCK_ROWS);
      forEach(block, count, visitor);
      left -= count;
    }
  }

  private void forEach(int block, int count, Consumer<EntityKey> visitor) {
    Container.Block idsBlock = container.require(BlockKind.ENTITY_IDS, 0, block);
    Container.Block keysBlock = container.find(BlockKind.ENTITY_KEYS, 0, block);
    Container.Block nullsBlock = container.find(BlockKind.ENTITY_KEY_NULLS, 0, block);
    List<EntityKey> batch = new ArrayList<>(BATCH);
    LongDecoder ids = null;
    BytesDecoder keys = null;
    for (int from = 0; from < count; from += BATCH) {
      batch.clear();
      try {
        ids = ids == null ? openIds(idsBlock) : ids;
        keys = keys == null && keysBlock != null ? openKeys(keysBlock) : keys;
        read(ids, keys, nullsBlock, from, Math.min(BATCH, count - from), batch);
      } catch (RuntimeException | InternalError e) {
        throw container.unreadable(keysBlock == null ? idsBlock : keysBlock, e);
      }
      batch.forEach(visitor);
    }
  }

  private static LongDecoder openIds(Container.Block block) {
    return LongDecoder.open(block.encoding(), block.payload(), block.values());
  }

  private static BytesDecoder openKeys(Container.Block block) {
    return BytesDecoder.open(block.encoding(), block.codec(), block.payload());
  }

  private static void read(
      LongDecoder ids,
      @Nullable BytesDecoder keys,
      Container.@Nullable Block nullsBlock,
      int from,
      int count,
      List<EntityKey> target) {
    int[] idBatch = new int[count];
    ids.decode(from, count, idBatch);
    BytesBatch keyBatch = new BytesBatch();
    if (keys != null) {
      keys.decode(from, count, keyBatch);
    }
    long[] nulls =
        nullsBlock == null ? null : new NullBitmap(nullsBlock.payload()).copy(from, count);
    for (int i = 0; i < count; i++) {
      boolean isErased = keys == null || nulls != null && (nulls[i >>> 6] >>> i & 1) != 0;
      int[] offsets = keyBatch.offsets();
      target.add(
          new EntityKey(
              idBatch[i],
              isErased ? null : Arrays.copyOfRange(keyBatch.data(), offsets[i], offsets[i + 1])));
    }
  }

  /// Reads every byte again and decodes every pair; empty when all is well.
  public List<Fault> verify() {
    List<Fault> faults = new ArrayList<>(container.verifyBytes());
    if (faults.isEmpty()) {
      try {
        forEach(new AscendingIds());
      } catch (CorruptSegmentException e) {
        faults.add(e.fault());
      }
    }
    return faults;
  }

  private final class AscendingIds implements Consumer<EntityKey> {
    private int last;

    @Override
    public void accept(EntityKey entity) {
      if (entity.id() <= last) {
        throw container.corrupt(
            container.require(BlockKind.ENTITY_IDS, 0, 0).byteOffset(),
            "an id above " + last,
            "id " + entity.id());
      }
      last = entity.id();
    }
  }

  @Override
  public void close() {
    container.close();
  }
}
