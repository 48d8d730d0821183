package io.tyto.ingest.partition;

import io.tyto.ingest.log.LocalLog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The event ids of the last offsets of each log, to tell a repeated event from a new one.
///
/// An id counts while its offset lies within the window behind the log's newest offset: a function
/// of the log alone, so a replay decides as the first run did. Ids are held as the first 16 bytes
/// of their SHA-256 with the collection's number: two ids that fall together are beyond reach even
/// on purpose.
///
/// Used by the partition's writer thread only. Memory: 32 bytes a slot, at most half of them
/// unused.
final class DedupWindow {
  /// Imported files whose ids stay known beside those of our own log.
  static final int FILES = 4;

  /// Logs without an end whose ids stay known: those of all topics that may feed one partition.
  static final int TOPIC_LOGS = 1_024;

  private static final int FIRST_SLOTS = 1 << 10;
  private static final long FORGOTTEN = Long.MAX_VALUE;

  private final long window;
  private final MessageDigest digest = sha256();
  private final byte[] collectionBytes = new byte[Integer.BYTES];
  private final byte[] hash = new byte[32];

  private final String ownLog;
  private final List<String> logs = new ArrayList<>();

  /// Logs other than our own whose ids are known, the one that moved last at the end.
  private final Set<String> files = new LinkedHashSet<>();

  private final Set<String> topics = new LinkedHashSet<>();

  /// First offset of each log not seen yet, or {@link #FORGOTTEN}.
  private long[] next = new long[4];

  private String lastLog = "";
  private int lastIndex = -1;

  /// Two longs of the hash, then log index + 1 (0: free slot) and offset.
  private long[] slots = new long[FIRST_SLOTS * 4];

  private int used;

  /// What is known of an id.
  ///
  /// @param logId where it was seen
  record Seen(String logId, long offset) {}

  /// @param ownLog the partition's own log, never forgotten
  DedupWindow(long window, String ownLog) {
    this.window = window;
    this.ownLog = ownLog;
  }

  /// Hash of the id last given to {@link #find}, for {@link #add} and {@link #remove}.
  private long high;

  private long low;

  /// Where an id was seen, or null where it is new or out of the window.
  @org.jspecify.annotations.Nullable
  Seen find(int collection, byte[] id, int from, int length) {
    hashOf(collection, id, from, length);
    int slot = slotOf(high, low);
    if (isFree(slot) || isExpired(slot)) {
      return null;
    }
    return new Seen(logs.get(logOf(slot)), slots[slot + 3]);
  }

  /// Remembers the id last looked for.
  void add(String logId, long offset) {
    if (used * 4 >= slots.length / 4 * 3) {
      rebuild();
    }
    int log = moved(logId, offset + 1);
    int slot = slotOf(high, low);
    if (isFree(slot)) {
      used++;
    }
    put(slots, slot, high, low, log + 1L, offset);
  }

  /// Takes back an id that did not get into its log after all; the slot stays used but matches
  /// nothing.
  void remove(int collection, byte[] id, int from, int length) {
    hashOf(collection, id, from, length);
    int slot = slotOf(high, low);
    if (!isFree(slot)) {
      slots[slot + 3] = Long.MIN_VALUE;
    }
  }

  /// Tells that a log has grown to an offset, so that old ids leave the window.
  void advance(String logId, long nextOffset) {
    moved(logId, nextOffset);
  }

  private void hashOf(int collection, byte[] id, int from, int length) {
    collectionBytes[0] = (byte) collection;
    collectionBytes[1] = (byte) (collection >>> 8);
    collectionBytes[2] = (byte) (collection >>> 16);
    collectionBytes[3] = (byte) (collection >>> 24);
    digest.update(collectionBytes);
    digest.update(id, from, length);
    try {
      digest.digest(hash, 0, hash.length);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
    ByteBuffer view = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN);
    high = view.getLong(0);
    low = view.getLong(Long.BYTES);
  }

  private int moved(String logId, long nextOffset) {
    int log = indexOf(logId);
    next[log] = next[log] == FORGOTTEN ? nextOffset : Math.max(next[log], nextOffset);
    return log;
  }

  private int indexOf(String logId) {
    if (logId.equals(lastLog)) {
      return lastIndex;
    }
    int index = logs.indexOf(logId);
    if (index < 0) {
      index = logs.size();
      logs.add(logId);
      if (logs.size() > next.length) {
        next = Arrays.copyOf(next, next.length * 2);
      }
    }
    if (!logId.equals(ownLog)) {
      if (isFile(logId)) {
        touch(files, logId, FILES);
      } else {
        touch(topics, logId, TOPIC_LOGS);
      }
    }
    lastLog = logId;
    lastIndex = index;
    return index;
  }

  /// Whether a log has an end, and so leaves the window as a whole. The ids of topics and of
  /// replays say where they come from before a colon. A log of ours is none: where another took its
  /// place, as after a restore, whoever sends again what is not acknowledged sends its ids.
  static boolean isFile(String logId) {
    return logId.indexOf(':') < 0 && !LocalLog.isLogId(logId);
  }

  private void touch(Set<String> known, String logId, int most) {
    known.remove(logId);
    known.add(logId);
    if (known.size() > most) {
      String oldest = known.iterator().next();
      known.remove(oldest);
      next[logs.indexOf(oldest)] = FORGOTTEN;
    }
  }

  private int slotOf(long hashHigh, long hashLow) {
    int mask = slots.length / 4 - 1;
    int index = (int) hashHigh & mask;
    while (true) {
      int slot = index * 4;
      boolean isSame = slots[slot] == hashHigh && slots[slot + 1] == hashLow;
      if (isFree(slot) || isSame) {
        return slot;
      }
      index = (index + 1) & mask;
    }
  }

  private boolean isFree(int slot) {
    return slots[slot + 2] == 0;
  }

  private int logOf(int slot) {
    return (int) slots[slot + 2] - 1;
  }

  private boolean isExpired(int slot) {
    return slots[slot + 3] < next[logOf(slot)] - window;
  }

  private void rebuild() {
    int live = 0;
    for (int slot = 0; slot < slots.length; slot += 4) {
      if (!isFree(slot) && !isExpired(slot)) {
        live++;
      }
    }
    long[] old = slots;
    int capacity = old.length / 4;
    slots = new long[live > capacity / 3 ? old.length * 2 : old.length];
    used = live;
    long[] fresh = slots;
    for (int slot = 0; slot < old.length; slot += 4) {
      long log = old[slot + 2];
      if (log != 0 && old[slot + 3] >= next[(int) log - 1] - window) {
        put(fresh, slotOf(old[slot], old[slot + 1]), old[slot], old[slot + 1], log, old[slot + 3]);
      }
    }
  }

  private static void put(long[] slots, int slot, long high, long low, long log, long offset) {
    slots[slot] = high;
    slots[slot + 1] = low;
    slots[slot + 2] = log;
    slots[slot + 3] = offset;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
