package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesBatch;
import io.tyto.engine.encoding.BytesDecoder;
import io.tyto.engine.encoding.BytesEncoder;
import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.encoding.LongEncoder;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateBytes;
import io.tyto.engine.state.StateLayout;
import io.tyto.engine.state.StateOverlay;
import io.tyto.engine.state.StateRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// States of entities of one collection in one partition, by ascending id. Same container as {@link
/// Segment}.
///
/// Thread-safe; its cursors are not. Lifetime: until {@link #close}.
public final class LifetimeSegment implements AutoCloseable {
  private static final int BATCH = 1 << 10;

  private final Container container;
  private final SegmentInfo info;
  private final StateLayout layout;

  /// What is written: calls the visitor for each state, ids ascending.
  @FunctionalInterface
  public interface Content {
    void forEach(StateOverlay.Visitor visitor) throws IOException;
  }

  private LifetimeSegment(Container container) {
    this.container = container;
    Container.Block infoBlock = container.require(BlockKind.INFO, 0, 0);
    Container.Block layoutBlock = container.require(BlockKind.STATE_LAYOUT, 0, 0);
    try {
      info = SegmentInfo.read(container.read(infoBlock));
    } catch (IndexOutOfBoundsException e) {
      throw container.unreadable(infoBlock, e);
    }
    if (info.rows() < 0 || info.blockRows() != RowSource.BLOCK_ROWS) {
      throw container.corrupt(
          infoBlock.byteOffset(),
          "states in blocks of " + RowSource.BLOCK_ROWS,
          info.rows() + " in blocks of " + info.blockRows());
    }
    try {
      layout = StateLayout.read(container.read(layoutBlock));
    } catch (RuntimeException e) {
      throw container.unreadable(layoutBlock, e);
    }
  }

  /// Writes states. The summary has no times: least above greatest.
  public static SegmentSummary write(
      int projectId,
      int groupId,
      int collectionId,
      int partition,
      StateLayout layout,
      Content content,
      SegmentSink sink)
      throws IOException {
    ContainerWriter target =
        new ContainerWriter(
            new ContainerFormat.Owner(
                ContainerFormat.FileKind.STATE, projectId, groupId, collectionId, partition),
            sink);
    target.rawBlock(BlockKind.STATE_LAYOUT, 0, 0, layout.write());
    Blocks blocks = new Blocks(target);
    try {
      content.forEach(blocks);
      blocks.end();
    } catch (WriteFailed e) {
      throw e.failure;
    }
    SegmentInfo info =
        new SegmentInfo(
            0, 0, blocks.count, RowSource.BLOCK_ROWS, Long.MAX_VALUE, Long.MIN_VALUE, "");
    target.rawBlock(BlockKind.INFO, 0, 0, info.write());
    target.finish();
    return new SegmentSummary(
        blocks.count, Long.MAX_VALUE, Long.MIN_VALUE, target.position(), target.sha256());
  }

  /// Gathers states into blocks.
  private static final class Blocks implements StateOverlay.Visitor {
    private final ContainerWriter target;
    private final LongEncoder idEncoder = new LongEncoder(null);
    private final BytesEncoder stateEncoder = new BytesEncoder(null, null);
    private final long[] ids = new long[RowSource.BLOCK_ROWS];
    private int size;
    private int blocks;
    private long count;
    private long lastId;

    private Blocks(ContainerWriter target) {
      this.target = target;
    }

    @Override
    public void state(int entity, StateBytes state) {
      if (entity <= lastId) {
        throw new IllegalArgumentException("entity id " + entity + " after " + lastId);
      }
      lastId = entity;
      ids[size++] = entity;
      stateEncoder.add(state.data(), 0, state.length());
      count++;
      if (size == ids.length) {
        end();
      }
    }

    private void end() {
      if (size == 0) {
        return;
      }
      try {
        target.block(BlockKind.ENTITY_IDS, 0, blocks, idEncoder.encode(ids, size));
        target.block(BlockKind.ENTITY_STATES, 0, blocks, stateEncoder.finish());
      } catch (IOException e) {
        throw new WriteFailed(e);
      }
      size = 0;
      blocks++;
    }
  }

  /// Carries a failed write through visitors.
  private static final class WriteFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final IOException failure;

    private WriteFailed(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /// SEGMENT_CORRUPT.
  public static LifetimeSegment open(Path file, long expectedBytes) {
    Container container = Container.open(file, expectedBytes, ContainerFormat.FileKind.STATE);
    try {
      return new LifetimeSegment(container);
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
  }

  public StateLayout layout() {
    return layout;
  }

  public long stateCount() {
    return info.rows();
  }

  public Cursor cursor() {
    return new Cursor();
  }

  /// Goes through the states once. SEGMENT_CORRUPT where they cannot be read.
  public final class Cursor {
    private final int[] ids = new int[BATCH];
    private final BytesBatch states = new BytesBatch();
    private final StateBytes state = new StateBytes();
    private @Nullable LongDecoder idDecoder;
    private @Nullable BytesDecoder stateDecoder;
    private long nextBatch;
    private int inBatch;
    private int position = -1;

    private Cursor() {}

    /// Moves to the next state; false behind the last.
    public boolean next() {
      if (++position < inBatch) {
        return true;
      }
      if (nextBatch >= info.rows()) {
        return false;
      }
      readBatch();
      return true;
    }

    public int entity() {
      return ids[position];
    }

    /// The state, valid until the next call of {@link #next}.
    public StateBytes state() {
      int from = states.offsets()[position];
      return state.set(states.data(), from, states.offsets()[position + 1] - from);
    }

    private void readBatch() {
      int block = (int) (nextBatch / RowSource.BLOCK_ROWS);
      int inBlock = (int) (nextBatch % RowSource.BLOCK_ROWS);
      long left = Math.min(info.rows() - nextBatch, RowSource.BLOCK_ROWS - inBlock);
      Container.Block idBlock = container.require(BlockKind.ENTITY_IDS, 0, block);
      Container.Block stateBlock = container.require(BlockKind.ENTITY_STATES, 0, block);
      inBatch = (int) Math.min(BATCH, left);
      try {
        if (inBlock == 0) {
          idDecoder = LongDecoder.open(idBlock.encoding(), idBlock.payload(), idBlock.values());
          stateDecoder =
              BytesDecoder.open(stateBlock.encoding(), stateBlock.codec(), stateBlock.payload());
        }
        if (idDecoder == null || stateDecoder == null) {
          throw new IllegalStateException("a block begins with its first batch");
        }
        idDecoder.decode(inBlock, inBatch, ids);
        stateDecoder.decode(inBlock, inBatch, states);
      } catch (RuntimeException | InternalError e) {
        throw container.unreadable(stateBlock, e);
      }
      nextBatch += inBatch;
      position = 0;
    }

    private CorruptSegmentException corrupt(String expected, String actual) {
      return container.corrupt(
          container.require(BlockKind.ENTITY_IDS, 0, 0).byteOffset(), expected, actual);
    }
  }

  /// Reads every byte again and decodes every state; empty when all is well.
  public List<Fault> verify() {
    List<Fault> faults = new ArrayList<>(container.verifyBytes());
    if (faults.isEmpty()) {
      try {
        verifyStates();
      } catch (CorruptSegmentException e) {
        faults.add(e.fault());
      }
    }
    return faults;
  }

  private void verifyStates() {
    Cursor cursor = cursor();
    int last = 0;
    while (cursor.next()) {
      if (cursor.entity() <= last) {
        throw cursor.corrupt("an id above " + last, "id " + cursor.entity());
      }
      last = cursor.entity();
      try {
        StateRecord.decode(layout, cursor.state());
      } catch (RuntimeException e) {
        throw cursor.corrupt("a state of " + layout, "entity " + last + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    container.close();
  }
}
