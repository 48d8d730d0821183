package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesEncoder;
import io.tyto.engine.encoding.LongEncoder;
import io.tyto.engine.source.RowSource;
import java.io.IOException;
import java.util.Iterator;

/// Writes one state segment, {@link RowSource#BLOCK_ROWS} entities a block. Not thread-safe.
final class StateSegmentWriter {
  private final ContainerWriter target;
  private final LongEncoder idEncoder = new LongEncoder(null);
  private final BytesEncoder keyEncoder = new BytesEncoder(null, null);
  private final NullsBuilder erased = new NullsBuilder();
  private final long[] ids = new long[RowSource.BLOCK_ROWS];
  private int size;
  private int blocks;
  private long lastId;

  StateSegmentWriter(int projectId, int groupId, int partition, SegmentSink sink)
      throws IOException {
    target =
        new ContainerWriter(
            new ContainerFormat.Owner(
                ContainerFormat.FileKind.STATE, projectId, groupId, 0, partition),
            sink);
  }

  SegmentSummary write(Iterator<EntityKey> entities) throws IOException {
    long count = 0;
    while (entities.hasNext()) {
      add(entities.next());
      count++;
    }
    endBlock();
    SegmentInfo info =
        new SegmentInfo(0, 0, count, RowSource.BLOCK_ROWS, Long.MAX_VALUE, Long.MIN_VALUE, "");
    target.rawBlock(BlockKind.INFO, 0, 0, info.write());
    target.finish();
    return new SegmentSummary(
        count, Long.MAX_VALUE, Long.MIN_VALUE, target.position(), target.sha256());
  }

  private void add(EntityKey entity) throws IOException {
    if (entity.id() <= lastId) {
      throw new IllegalArgumentException("entity id " + entity.id() + " after " + lastId);
    }
    lastId = entity.id();
    ids[size++] = lastId;
    byte[] key = entity.key();
    erased.add(key == null);
    if (key == null) {
      keyEncoder.addNull();
    } else {
      keyEncoder.add(key, 0, key.length);
    }
    if (size == ids.length) {
      endBlock();
    }
  }

  private void endBlock() throws IOException {
    if (size == 0) {
      return;
    }
    target.block(BlockKind.ENTITY_IDS, 0, blocks, idEncoder.encode(ids, size));
    target.block(BlockKind.ENTITY_KEYS, 0, blocks, keyEncoder.finish());
    if (erased.nulls() > 0) {
      target.block(BlockKind.ENTITY_KEY_NULLS, 0, blocks, erased.encode());
    }
    erased.clear();
    size = 0;
    blocks++;
  }
}
