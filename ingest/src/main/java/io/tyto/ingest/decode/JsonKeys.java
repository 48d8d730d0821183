package io.tyto.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The keys of the records of a file: those of columns, numbered from 0, then others as they are
/// met. A key is mostly found by the one that came before it in the last record.
final class JsonKeys {
  /// What comes before the first key.
  static final int FIRST = -1;

  static final int UNKNOWN = -1;

  /// Keys are learned up to here; records with more of them are left to the decoder.
  private static final int MAX_KEYS = 1 << 10;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// `"key":` in words, the last of which is masked.
  private long[][] words = new long[16][];

  private long[] lastMasks = new long[16];
  private int[] lengths = new int[16];

  /// What followed a key last, the key before the first at 0.
  private int[] successors = new int[17];

  /// Key + 1 by hash, 0 where free; a power of two.
  private int[] table = new int[64];

  private int count;
  private byte[] data = {};

  /// Whether a key of these bytes stands in JSON as they are, and is not to be told from others by
  /// escapes.
  static boolean isPlain(byte[] name) {
    for (byte c : name) {
      if (c >= 0 && c < ' ' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  void begin(byte[] newData) {
    data = newData;
  }

  int count() {
    return count;
  }

  /// Bytes of a key with its quotes and the colon.
  int length(int key) {
    return lengths[key];
  }

  /// The key of a name, given now if it is new.
  int add(byte[] name) {
    byte[] quoted = new byte[name.length + 3];
    quoted[0] = '"';
    System.arraycopy(name, 0, quoted, 1, name.length);
    quoted[name.length + 1] = '"';
    quoted[name.length + 2] = ':';
    byte[] padded = Arrays.copyOf(quoted, quoted.length + Long.BYTES);
    int known = search(padded, 0, quoted.length);
    return known != UNKNOWN ? known : append(padded, 0, quoted.length);
  }

  /// The key at a position, or {@link #UNKNOWN}.
  ///
  /// @param previous the key before it
  int at(int position, int previous) {
    int expected = successors[previous + 1];
    if (expected < count && isKey(expected, data, position)) {
      return expected;
    }
    int length = lengthAt(position);
    int key = length < 0 ? UNKNOWN : search(data, position, length);
    if (key != UNKNOWN) {
      successors[previous + 1] = key;
    }
    return key;
  }

  /// Takes up the key at a position, which {@link #at} did not know; UNKNOWN where it is none, or
  /// one too many.
  int learn(int position, int previous) {
    int length = lengthAt(position);
    if (length < 0 || count == MAX_KEYS) {
      return UNKNOWN;
    }
    int key = append(data, position, length);
    successors[previous + 1] = key;
    return key;
  }

  /// Bytes of the plain ASCII key, its quotes and its colon that stand here; -1 where they do not.
  private int lengthAt(int position) {
    if (data[position] != '"') {
      return -1;
    }
    int at = position + 1;
    while (data[at] != '"') {
      if (data[at] < ' ' || data[at] == '\\') {
        return -1;
      }
      at++;
    }
    return data[at + 1] == ':' ? at + 2 - position : -1;
  }

  private boolean isKey(int key, byte[] text, int position) {
    long[] own = words[key];
    int last = own.length - 1;
    for (int i = 0; i < last; i++) {
      if (own[i] != (long) LONG.get(text, position + i * Long.BYTES)) {
        return false;
      }
    }
    long rest = (long) LONG.get(text, position + last * Long.BYTES);
    return own[last] == (rest & lastMasks[key]);
  }

  private int search(byte[] text, int from, int length) {
    int mask = table.length - 1;
    for (int slot = hash(text, from, length) & mask; table[slot] != 0; slot = slot + 1 & mask) {
      int key = table[slot] - 1;
      if (lengths[key] == length && isKey(key, text, from)) {
        return key;
      }
    }
    return UNKNOWN;
  }

  private int append(byte[] text, int from, int length) {
    if (count == words.length) {
      words = Arrays.copyOf(words, 2 * count);
      lastMasks = Arrays.copyOf(lastMasks, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      successors = Arrays.copyOf(successors, 2 * count + 1);
    }
    byte[] padded = Arrays.copyOf(Arrays.copyOfRange(text, from, from + length), length + 7 & -8);
    long[] own = new long[padded.length / Long.BYTES];
    for (int i = 0; i < own.length; i++) {
      own[i] = (long) LONG.get(padded, i * Long.BYTES);
    }
    int rest = length & 7;
    words[count] = own;
    lastMasks[count] = rest == 0 ? -1L : (1L << rest * Byte.SIZE) - 1;
    lengths[count] = length;
    // Until the data say otherwise, keys are expected in the order they were made known.
    successors[count + 1] = count + 1;
    count++;
    if (4 * count > table.length) {
      table = new int[2 * table.length];
      for (int key = 0; key < count; key++) {
        enter(key);
      }
    } else {
      enter(count - 1);
    }
    return count - 1;
  }

  private void enter(int key) {
    byte[] text = new byte[words[key].length * Long.BYTES];
    for (int i = 0; i < words[key].length; i++) {
      LONG.set(text, i * Long.BYTES, words[key][i]);
    }
    int mask = table.length - 1;
    int slot = hash(text, 0, lengths[key]) & mask;
    while (table[slot] != 0) {
      slot = slot + 1 & mask;
    }
    table[slot] = key + 1;
  }

  private static int hash(byte[] text, int from, int length) {
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ text[i]) * 0x01000193;
    }
    return hash ^ hash >>> 15;
  }
}
