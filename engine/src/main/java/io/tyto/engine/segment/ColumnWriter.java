package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesEncoder;
import io.tyto.engine.encoding.DoubleEncoder;
import io.tyto.engine.encoding.EncodedValues;
import io.tyto.engine.encoding.LongEncoder;
import io.tyto.engine.encoding.PayloadBuilder;
import io.tyto.engine.encoding.SortedBytes;
import io.tyto.index.InvertedIndexBuilder;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes the columns of one segment, each with its dictionary, index and descriptor. Not
/// thread-safe.
final class ColumnWriter {
  /// Above this share of distinct values a dictionary must prove smaller than the values
  /// themselves.
  private static final double MOSTLY_DISTINCT = 0.5;

  /// Codes of a byte are compared, where they are stored, as fast as sets are read and spread.
  private static final int MIN_INDEXED_ORDINALS = 257;

  private static final double MAX_INDEX_BYTES_PER_ROW = 1.5;

  private final ContainerWriter target;
  private final SourceRows rows;
  private final int @Nullable [] order;
  private final @Nullable String entityKey;
  private final SegmentOptions options;
  private final LongEncoder longEncoder;
  private final LongEncoder offsetsEncoder;
  private final DoubleEncoder doubleEncoder;
  private final BytesEncoder bytesEncoder;

  /// @param order see {@link RowOrder}; null: as they come
  ColumnWriter(
      ContainerWriter target,
      TableSchema schema,
      SourceRows rows,
      int @Nullable [] order,
      SegmentOptions options) {
    EventConfig.Entity entity = schema.config().entity();
    entityKey = entity == null ? null : entity.key();
    this.target = target;
    this.rows = rows;
    this.order = order;
    this.options = options;
    longEncoder = new LongEncoder(options.encoding());
    offsetsEncoder = new LongEncoder(options.encoding());
    doubleEncoder = new DoubleEncoder(options.encoding());
    bytesEncoder = new BytesEncoder(options.encoding(), options.codec());
  }

  void write(ColumnSpec column) throws IOException {
    switch (column.type().physical()) {
      case LONG -> writeValues(column, new ValuesBuffer.OfLongs(longEncoder));
      case DOUBLE -> writeValues(column, new ValuesBuffer.OfDoubles(doubleEncoder));
      case BYTES -> writeBytes(column);
    }
  }

  private void writeValues(ColumnSpec column, ValuesBuffer buffer) throws IOException {
    BlockAssembler assembler = assembler(column, buffer);
    if (order == null) {
      rows.forEachBatch(column, assembler::add);
    } else {
      HeldColumn.forEachBatch(rows, column, order, assembler::add);
    }
    writeDescriptor(column, false, 0, assembler.finish());
  }

  private BlockAssembler assembler(ColumnSpec column, ValuesBuffer buffer) {
    return new BlockAssembler(
        target, column.id(), column.type().isList(), buffer, offsetsEncoder, batchSets(column));
  }

  /// One entity's rows are asked for again and again, and lie everywhere.
  private @Nullable BatchSetWriter batchSets(ColumnSpec column) {
    boolean isForced = options.indexes() == SegmentOptions.Choice.ALWAYS;
    return column.type().isList()
            || column.type().physical() == Physical.DOUBLE
            || options.indexes() == SegmentOptions.Choice.NEVER
            || !isForced && !column.name().equals(entityKey)
        ? null
        : new BatchSetWriter(target, column.id(), isForced);
  }

  private void writeDescriptor(
      ColumnSpec column,
      boolean isDictionary,
      int dictionarySize,
      List<ColumnDescriptor.BlockZone> blocks)
      throws IOException {
    PayloadBuilder descriptor =
        new ColumnDescriptor(column.type(), isDictionary, dictionarySize, blocks).write();
    target.rawBlock(BlockKind.COLUMN, column.id(), 0, descriptor);
  }

  private void writeBytes(ColumnSpec column) throws IOException {
    if (options.mayUseDictionary()) {
      boolean isForced = options.dictionaries() == SegmentOptions.Choice.ALWAYS;
      OrdinalCollector collector = new OrdinalCollector(column.type().isList(), !isForced);
      if (collector.collect(rows, column)) {
        int[] sorted = OrdinalSort.sort(collector.table());
        EncodedValues dictionary = SortedBytes.encode(collector.table(), sorted);
        if (isForced || isSmallerThanValues(column, collector, dictionary)) {
          writeOrdinals(column, collector, sorted, dictionary);
          return;
        }
      }
    }
    writeValues(column, new ValuesBuffer.OfBytes(bytesEncoder));
  }

  private boolean isSmallerThanValues(
      ColumnSpec column, OrdinalCollector collector, EncodedValues dictionary) throws IOException {
    int distinct = collector.table().size();
    if (distinct <= collector.presentValues() * MOSTLY_DISTINCT) {
      return true;
    }
    double ordinalBits = Integer.SIZE - Integer.numberOfLeadingZeros(distinct);
    double dictionaryBytes =
        dictionary.payload().remaining() + collector.values() * ordinalBits / Byte.SIZE;
    return dictionaryBytes <= PlainSize.estimate(rows, column, options);
  }

  private void writeOrdinals(
      ColumnSpec column, OrdinalCollector collector, int[] sorted, EncodedValues dictionary)
      throws IOException {
    if (order != null) {
      collector.reorder(order);
    }
    target.block(BlockKind.DICTIONARY, column.id(), 0, dictionary);
    int[] ranks = new int[sorted.length];
    for (int rank = 0; rank < sorted.length; rank++) {
      ranks[sorted[rank]] = rank;
    }
    BlockAssembler assembler = assembler(column, new ValuesBuffer.OfLongs(longEncoder));
    collector.forEachBatch(ranks, assembler::add);
    List<ColumnDescriptor.BlockZone> blocks = assembler.finish();
    writeIndex(column, collector, sorted, ranks);
    writeDescriptor(column, true, sorted.length, blocks);
  }

  private void writeIndex(ColumnSpec column, OrdinalCollector collector, int[] sorted, int[] ranks)
      throws IOException {
    boolean isForced = options.indexes() == SegmentOptions.Choice.ALWAYS;
    if (options.indexes() == SegmentOptions.Choice.NEVER
        || !isForced && sorted.length < MIN_INDEXED_ORDINALS) {
      return;
    }
    int[] occurrences = collector.occurrences();
    int[] ranked = new int[sorted.length];
    for (int rank = 0; rank < sorted.length; rank++) {
      ranked[rank] = occurrences[sorted[rank]];
    }
    InvertedIndexBuilder builder = new InvertedIndexBuilder(ranked);
    collector.forEach((ordinal, row) -> builder.add(ranks[ordinal], row));
    byte[] index = builder.build();
    if (isForced || index.length <= MAX_INDEX_BYTES_PER_ROW * rows.count()) {
      target.rawBlock(
          BlockKind.INVERTED_INDEX,
          column.id(),
          0,
          new PayloadBuilder().putBytes(index, 0, index.length));
    }
  }
}
