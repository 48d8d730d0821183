package io.tyto.engine.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The shape of vectors in kernels that shuffle bytes.
///
/// 512 bits only where the CPU shuffles bytes across all of them (AVX-512 VBMI): elsewhere the JVM
/// would do it one by one, and 256 bits are the better choice.
final class VectorShapes {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String BYTE_SHUFFLE = "avx512vbmi";
  private static final VectorShape SHAPE = shape();

  static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);

  private VectorShapes() {}

  private static VectorShape shape() {
    VectorShape preferred = ByteVector.SPECIES_PREFERRED.vectorShape();
    boolean isWidest = preferred.vectorBitSize() == VectorShape.S_512_BIT.vectorBitSize();
    return isWidest && !hasByteShuffle() ? VectorShape.S_256_BIT : preferred;
  }

  private static boolean hasByteShuffle() {
    try {
      return Files.isReadable(CPU_INFO) && Files.readString(CPU_INFO).contains(BYTE_SHUFFLE);
    } catch (IOException e) {
      return false; // The narrower shape is right everywhere, if not the fastest.
    }
  }
}
