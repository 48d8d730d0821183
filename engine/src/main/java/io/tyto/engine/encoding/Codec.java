package io.tyto.engine.encoding;

import io.airlift.compress.Compressor;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import org.jspecify.annotations.Nullable;

/// General compression of bytes. Numbers are durable: never changed, never reused.
public enum Codec {
  NONE(0),
  LZ4(1),
  ZSTD(2);

  private final int id;

  Codec(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  /// The codec of a number, or null where this version knows none.
  public static @Nullable Codec of(int id) {
    for (Codec codec : values()) {
      if (codec.id == id) {
        return codec;
      }
    }
    return null;
  }

  /// A compressor for one thread; null for NONE.
  @Nullable Compressor compressor() {
    return switch (this) {
      case NONE -> null;
      case LZ4 -> new Lz4Compressor();
      case ZSTD -> new ZstdCompressor();
    };
  }

  /// A decompressor for one thread; null for NONE.
  @Nullable Decompressor decompressor() {
    return switch (this) {
      case NONE -> null;
      case LZ4 -> new Lz4Decompressor();
      case ZSTD -> new ZstdDecompressor();
    };
  }
}
