package io.tyto.engine.encoding;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Encodes byte values that are not dictionary-coded: by their digits where they are of one form,
/// else in compressed chunks. Not thread-safe; reused block by block.
///
/// Holds at most {@link #MAX_HELD_BYTES} of raw values: a block of larger ones is compressed as it
/// comes.
public final class BytesEncoder {
  private static final int MAX_HELD_BYTES = 32 << 20;
  private static final int SAMPLE_BYTES = 64 << 10;

  /// How much smaller compressed chunks must be before they are preferred to direct access.
  private static final double CHUNKED_HANDICAP = 1.25;

  private final @Nullable Encoding forced;
  private final ChunkedEncoder chunked;
  private final FixedForm fixed = new FixedForm();
  private final PayloadBuilder target = new PayloadBuilder();
  private byte[] data = new byte[1 << 12];
  private int[] ends = new int[1 << 8];
  private boolean[] isNull = new boolean[1 << 8];
  private int held;
  private int size;
  private boolean isSpilled;

  /// @param forced used wherever it can hold the values; null: the smallest
  /// @param codec of chunks; null: the one that pays
  public BytesEncoder(@Nullable Encoding forced, @Nullable Codec codec) {
    this.forced = forced;
    chunked = new ChunkedEncoder(codec);
  }

  public int size() {
    return size;
  }

  public void addNull() {
    append(data, 0, 0, true);
  }

  /// Copies the value.
  public void add(byte[] source, int from, int length) {
    fixed.add(source, from, length);
    append(source, from, length, false);
  }

  private void append(byte[] source, int from, int length, boolean nullValue) {
    if (isSpilled || (long) heldBytes() + length > MAX_HELD_BYTES) {
      spill();
      chunked.add(source, from, length);
      size++;
      return;
    }
    int start = heldBytes();
    if (start + length > data.length) {
      data = Arrays.copyOf(data, Math.max(start + length, data.length * 2));
    }
    if (held == ends.length) {
      ends = Arrays.copyOf(ends, held * 2);
      isNull = Arrays.copyOf(isNull, held * 2);
    }
    System.arraycopy(source, from, data, start, length);
    ends[held] = start + length;
    isNull[held] = nullValue;
    held++;
    size++;
  }

  private int heldBytes() {
    return held == 0 ? 0 : ends[held - 1];
  }

  private void spill() {
    for (int i = 0, start = 0; i < held; i++) {
      chunked.add(data, start, ends[i] - start);
      start = ends[i];
    }
    held = 0;
    isSpilled = true;
  }

  /// The values added since the last finish; the next block may then begin.
  public EncodedValues finish() {
    TextForm form = isSpilled || forced == Encoding.CHUNKED ? null : fixed.form();
    if (form != null && forced != Encoding.FIXED && isBetterChunked(form)) {
      form = null;
    }
    EncodedValues encoded = form == null ? finishChunked() : finishFixed(form);
    held = 0;
    size = 0;
    isSpilled = false;
    fixed.clear();
    return encoded;
  }

  private boolean isBetterChunked(TextForm form) {
    double raw = heldBytes();
    double fixedBytes = (double) held * form.storedLength(fixed.valueLength());
    double ratio = ChunkedEncoder.ratio(data, Math.min(heldBytes(), SAMPLE_BYTES));
    return raw * ratio * CHUNKED_HANDICAP < fixedBytes;
  }

  private EncodedValues finishChunked() {
    spill();
    return chunked.finish();
  }

  private EncodedValues finishFixed(TextForm form) {
    int stored = form.storedLength(fixed.valueLength());
    target.clear().putInt(stored).putByte(form.id()).padTo(Encoding.PARAMETER_BYTES);
    byte[] value = new byte[stored]; // a null repeats the value before it
    for (int i = 0, start = 0; i < held; i++) {
      if (!isNull[i]) {
        form.store(data, start, stored, value);
      }
      target.putBytes(value, 0, stored);
      start = ends[i];
    }
    return EncodedValues.of(Encoding.FIXED, size, target);
  }
}
