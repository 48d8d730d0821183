package io.tyto.ingest;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.row.Row;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Finds an entity where its key lies: one partition is asked. Thread-safe: no state.
final class EntityLookup {
  private EntityLookup() {}

  /// Null where no event of it was seen, see {@link Partition#entity}.
  ///
  /// @param schemas of one group; their keys have one type and one policy
  /// @param key as events bring it
  /// @param stored what a private column keeps of a value
  static @Nullable Map<String, Kept> find(
      List<TableSchema> schemas,
      Object key,
      List<PartitionView> partitions,
      KeyPlacement placement,
      BiFunction<ColumnSpec, Object, Object> stored,
      Duration timeout) {
    ColumnSpec column = keyOf(schemas.getFirst());
    // By the key as it came: where it lies does not depend on how it is kept.
    long hash = placement.of(rowOf(column, key), 0, column.type());
    byte[] kept = KeyHash.keyOf(rowOf(column, stored.apply(column, key)), 0);
    PartitionView view = partitions.get(KeyPlacement.partition(hash, partitions.size()));
    if (!(view instanceof Partition partition)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "what is kept of entities of partition %s is known to the process that owns it; ask that one"
              .formatted(view.id()));
    }
    return await(partition.entity(Objects.requireNonNull(kept), schemas), timeout);
  }

  private static @Nullable Map<String, Kept> await(
      CompletableFuture<@Nullable Map<String, Kept>> answer, Duration timeout) {
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new TytoException(
          ErrorCode.OVERLOADED, "the partition of this entity is busy; ask again in a moment", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TytoException cause) {
        throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), cause);
      }
      throw new IllegalStateException("the states of an entity could not be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking for an entity", e);
    }
  }

  private static ColumnSpec keyOf(TableSchema schema) {
    EventConfig.Entity entity = Objects.requireNonNull(schema.config().entity());
    return Objects.requireNonNull(schema.column(entity.key()));
  }

  private static Row rowOf(ColumnSpec column, Object key) {
    Row row = new Row(1);
    if (column.type().physical() == Physical.LONG) {
      row.setLong(0, Values.toLong(column.type().element(), key));
    } else {
      row.setBytes(0, Values.toBytes(column.type().element(), key));
    }
    return row;
  }
}
