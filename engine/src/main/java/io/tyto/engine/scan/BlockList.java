package io.tyto.engine.scan;

import java.util.Arrays;

/// Blocks of sources that a scan has to read, in source order.
public final class BlockList {
  private int[] sources = new int[64];
  private int[] blocks = new int[64];
  private int size;

  public void add(int source, int block) {
    if (size == sources.length) {
      sources = Arrays.copyOf(sources, size << 1);
      blocks = Arrays.copyOf(blocks, size << 1);
    }
    sources[size] = source;
    blocks[size++] = block;
  }

  public int size() {
    return size;
  }

  public int source(int i) {
    return sources[i];
  }

  public int block(int i) {
    return blocks[i];
  }
}
