package io.tyto.ingest.lifetime;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.Anomaly;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Ids under which the states of cohorts are kept, among those of the partition's entities.
///
/// A cohort is an entity without events: its key cannot be that of a real one, so nobody can ask
/// for it, no row has its id, and its state is as durable as theirs. Keys are
///
/// ```
/// u8 0xff, u32 collection, u32 hash of the rule's name, 24 bytes of the SHA-256 of name and values
/// ```
///
/// which is no UTF-8, and neither as long as a number nor as a UUID. For the partition's thread.
public final class Cohorts {
  private static final byte MARK = (byte) 0xff;
  private static final int PREFIX = 1 + 2 * Integer.BYTES;
  private static final int HASH = 24;

  private final EntityTable entities;

  /// Cohorts by the first bytes of their keys; null until somebody asks.
  private @Nullable Map<Long, Integer> counts;

  public Cohorts(EntityTable entities) {
    this.entities = entities;
  }

  /// The id of a row's cohort, given now if it is new; 0 where a value is null, or there are too
  /// many cohorts already.
  ///
  /// @param positions of the rule's columns in the row
  int idOf(int collection, Anomaly rule, Row row, int[] positions) {
    MessageDigest digest = sha256();
    digest.update((rule.name() + '\n').getBytes(StandardCharsets.UTF_8));
    for (int position : positions) {
      if (row.isNull(position)) {
        return 0;
      }
      update(digest, row, position);
    }
    byte[] key = new byte[PREFIX + HASH];
    ByteBuffer bytes = ByteBuffer.wrap(key);
    bytes.put(MARK).putInt(collection).putInt(rule.name().hashCode());
    bytes.put(digest.digest(), 0, HASH);
    int known = entities.find(key);
    if (known != 0) {
      return known;
    }
    if (counts().merge(prefix(key), 1, Integer::sum) > Anomaly.MAX_COHORTS) {
      counts().merge(prefix(key), -1, Integer::sum);
      return 0;
    }
    return entities.idOf(key);
  }

  private Map<Long, Integer> counts() {
    Map<Long, Integer> known = counts;
    if (known == null) {
      Map<Long, Integer> found = new HashMap<>();
      entities.forEach(
          1,
          entities.size(),
          (_, key) -> {
            if (key.length == PREFIX + HASH && key[0] == MARK) {
              found.merge(prefix(key), 1, Integer::sum);
            }
          });
      counts = found;
      known = found;
    }
    return known;
  }

  private static long prefix(byte[] key) {
    return ByteBuffer.wrap(key).getLong(1);
  }

  private static void update(MessageDigest digest, Row row, int position) {
    ByteBuffer head = ByteBuffer.allocate(1 + Long.BYTES);
    head.put((byte) row.kind(position).ordinal());
    switch (row.kind(position)) {
      case LONG -> digest.update(head.putLong(row.longAt(position)).array());
      case BYTES -> {
        // With its length, so that two values are not taken for two others.
        digest.update(head.putLong(row.bytesAt(position).length).array());
        digest.update(row.bytesAt(position));
      }
      case NULL, DOUBLE, LIST ->
          throw new IllegalStateException(
              "cohorts are told by single values that are no fractions");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
