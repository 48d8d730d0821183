package io.tyto.ingest.lifetime;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Ids under which the states of cohorts are kept, among those of the partition's entities.
///
/// A cohort is an entity without events: its key cannot be that of a real one, so nobody can ask
/// for it, no row has its id, and its state is as durable as theirs. Keys are
///
/// ```
/// u8 0xff, first 8 bytes of SHA-256(rule), first 24 bytes of SHA-256(rule, values)
/// rule     u32 collection, u32 columns, u32 id of each in the order of `of`, UTF-8 of the name
/// values   for each column: u8 1, i64 number; or u8 2, u64 length, bytes
/// ```
///
/// which is no UTF-8, and neither as long as a number nor as a UUID. A rule that is told by other
/// columns is another rule, whatever its name. For the partition's thread.
public final class Cohorts {
  private static final byte MARK = (byte) 0xff;
  private static final int VALUES = 24;
  private static final int KEY = 1 + Long.BYTES + VALUES;

  /// What stands before a value.
  private static final byte NUMBER = 1;

  private static final byte BYTES = 2;

  /// Longer values of a cohort are hashed with every event. Together with {@link
  /// Anomaly#MAX_COHORTS} it bounds what a rule remembers.
  private static final int MOST_REMEMBERED_BYTES = 256;

  private final EntityTable entities;
  private final Full full;

  /// Cohorts by the hash of their rule; null until a new one comes.
  private @Nullable Map<Long, Integer> counts;

  /// Is told of a rule that has {@link Anomaly#MAX_COHORTS}, with every event of a further one.
  @FunctionalInterface
  public interface Full {
    void full(TableSchema schema, Anomaly rule);
  }

  public Cohorts(EntityTable entities, Full full) {
    this.entities = entities;
    this.full = full;
  }

  OfRule of(TableSchema schema, Anomaly rule, List<ColumnSpec> columns) {
    return new OfRule(schema, rule, columns);
  }

  /// The cohorts of one rule, for as long as a unit is filled.
  final class OfRule {
    private final TableSchema schema;
    private final Anomaly rule;
    private final byte[] identity;
    private final long hash;

    /// Ids by values; no more than the rule may have.
    private final Map<ByteBuffer, Integer> remembered = new HashMap<>();

    private OfRule(TableSchema schema, Anomaly rule, List<ColumnSpec> columns) {
      this.schema = schema;
      this.rule = rule;
      byte[] name = rule.name().getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.allocate((2 + columns.size()) * Integer.BYTES + name.length);
      bytes.putInt(schema.collectionId()).putInt(columns.size());
      columns.forEach(column -> bytes.putInt(column.id()));
      this.identity = bytes.put(name).array();
      this.hash = ByteBuffer.wrap(sha256().digest(identity)).getLong();
    }

    /// The id of a row's cohort, given now if it is new; 0 where a value is null, or there are too
    /// many cohorts already.
    ///
    /// @param positions of the rule's columns in the row
    int idOf(Row row, int[] positions) {
      ByteBuffer values = values(row, positions);
      if (values == null) {
        return 0;
      }
      Integer known = remembered.get(values);
      if (known != null) {
        return known;
      }
      int id = idOf(key(values));
      if (id != 0 && values.capacity() <= MOST_REMEMBERED_BYTES) {
        remembered.put(values, id);
      }
      return id;
    }

    private byte[] key(ByteBuffer values) {
      MessageDigest digest = sha256();
      digest.update(identity);
      digest.update(values.array());
      byte[] key = new byte[KEY];
      ByteBuffer.wrap(key).put(MARK).putLong(hash).put(digest.digest(), 0, VALUES);
      return key;
    }

    private int idOf(byte[] key) {
      int known = entities.find(key);
      if (known != 0) {
        return known;
      }
      if (counts().getOrDefault(hash, 0) >= Anomaly.MAX_COHORTS) {
        full.full(schema, rule);
        return 0;
      }
      counts().merge(hash, 1, Integer::sum);
      return entities.idOf(key);
    }
  }

  private Map<Long, Integer> counts() {
    Map<Long, Integer> known = counts;
    if (known == null) {
      Map<Long, Integer> found = new HashMap<>();
      entities.forEach(
          1,
          entities.size(),
          (_, key) -> {
            if (key.length == KEY && key[0] == MARK) {
              found.merge(ByteBuffer.wrap(key).getLong(1), 1, Integer::sum);
            }
          });
      counts = found;
      known = found;
    }
    return known;
  }

  /// Null where a value is.
  private static @Nullable ByteBuffer values(Row row, int[] positions) {
    int length = 0;
    for (int position : positions) {
      if (row.isNull(position)) {
        return null;
      }
      boolean isText = row.kind(position) == Row.Kind.BYTES;
      length += 1 + Long.BYTES + (isText ? row.bytesAt(position).length : 0);
    }
    ByteBuffer values = ByteBuffer.allocate(length);
    for (int position : positions) {
      switch (row.kind(position)) {
        case LONG -> values.put(NUMBER).putLong(row.longAt(position));
        // With its length, so that two values are not taken for two others.
        case BYTES -> {
          byte[] bytes = row.bytesAt(position);
          values.put(BYTES).putLong(bytes.length).put(bytes);
        }
        case NULL, DOUBLE, LIST ->
            throw new IllegalStateException(
                "cohorts are told by single values that are no fractions");
      }
    }
    return values.flip();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
