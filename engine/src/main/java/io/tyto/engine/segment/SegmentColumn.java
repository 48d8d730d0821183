package io.tyto.engine.segment;

import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What all readers of a column share. Thread-safe: dictionary and index are opened, and their
/// checksums verified, by whoever asks first.
final class SegmentColumn {
  private final Container container;
  private final int columnId;
  private final ColumnDescriptor descriptor;
  private volatile @Nullable Dictionary dictionary;
  private volatile @Nullable InvertedIndex index;
  private final @Nullable SegmentBatchSets batchSets;
  private final AtomicReferenceArray<long @Nullable []> samples;

  SegmentColumn(Container container, int columnId) {
    this.container = container;
    this.columnId = columnId;
    Container.Block block = container.require(BlockKind.COLUMN, columnId, 0);
    try {
      descriptor = ColumnDescriptor.read(container.read(block));
    } catch (RuntimeException e) {
      throw container.unreadable(block, e);
    }
    samples = new AtomicReferenceArray<>(descriptor.blocks().size());
    batchSets = SegmentBatchSets.of(container, columnId, descriptor.blocks().size());
  }

  /// What {@link AscendingColumn} has kept of a block, or null.
  long @Nullable [] samples(int block) {
    return samples.get(block);
  }

  void keepSamples(int block, long[] values) {
    samples.set(block, values);
  }

  @Nullable SegmentBatchSets batchSets() {
    return batchSets;
  }

  Container container() {
    return container;
  }

  int columnId() {
    return columnId;
  }

  ColumnDescriptor descriptor() {
    return descriptor;
  }

  @Nullable Dictionary dictionary() {
    Dictionary known = dictionary;
    if (known == null && descriptor.isDictionary()) {
      known = SegmentDictionary.open(container, columnId, descriptor.dictionarySize());
      dictionary = known;
    }
    return known;
  }

  @Nullable InvertedIndex index() {
    InvertedIndex known = index;
    if (known == null) {
      Container.Block block = container.find(BlockKind.INVERTED_INDEX, columnId, 0);
      if (block == null) {
        return null;
      }
      known = SegmentIndex.open(container, block, descriptor.dictionarySize());
      index = known;
    }
    return known;
  }

  ValuesReader newValuesReader() {
    return switch (descriptor.type().physical()) {
      case LONG -> new ValuesReader.OfLongs();
      case DOUBLE -> new ValuesReader.OfDoubles();
      case BYTES -> {
        Dictionary values = dictionary();
        yield values == null ? new ValuesReader.OfBytes() : new ValuesReader.OfOrdinals(values);
      }
    };
  }
}
