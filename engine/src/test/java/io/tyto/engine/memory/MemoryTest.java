package io.tyto.engine.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryTest {
  @TempDir Path folder;

  @Test
  void nativeMemoryIsZeroedAlignedAndCounted() {
    long before = NativeMemory.allocatedBytes();
    NativeMemory memory = NativeMemory.allocate(1000);
    MemorySegment segment = memory.segment();
    assertEquals(0, segment.address() % 64);
    assertEquals(0, segment.get(ValueLayout.JAVA_BYTE, 999));
    assertThrows(IndexOutOfBoundsException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 1000));
    assertEquals(before + 1000, NativeMemory.allocatedBytes());
    memory.close();
    memory.close();
    assertEquals(before, NativeMemory.allocatedBytes());
    assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void aMappedFileIsReadBothWays() throws IOException {
    byte[] content = {1, 2, 3, 4, 5};
    Path path = Files.write(folder.resolve("a"), content);
    long before = MappedFile.mappedBytes();
    MappedFile file = MappedFile.open(path);
    assertEquals(before + 5, MappedFile.mappedBytes());
    assertEquals(5, file.sizeBytes());
    assertEquals(4, file.segment().get(ValueLayout.JAVA_BYTE, 3));
    byte[] target = new byte[4];
    file.read(2, target, 1, 3);
    assertArrayEquals(new byte[] {0, 3, 4, 5}, target);
    assertThrows(EOFException.class, () -> file.read(3, target, 0, 3));
    file.close();
    file.close();
    assertEquals(before, MappedFile.mappedBytes());
    assertThrows(IllegalStateException.class, () -> file.segment().get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void anInterruptedThreadDoesNotCloseTheFileUnderOthers() throws IOException {
    Path path = Files.write(folder.resolve("a"), new byte[10]);
    try (MappedFile file = MappedFile.open(path)) {
      Thread.currentThread().interrupt();
      file.read(0, new byte[10], 0, 10);
      assertTrue(Thread.interrupted());
      file.read(0, new byte[10], 0, 10);
    }
  }

  @Test
  void aFileCutAfterMappingIsAnExceptionBothWays() throws IOException {
    Path path = Files.write(folder.resolve("a"), new byte[100_000]);
    try (MappedFile file = MappedFile.open(path)) {
      try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
        cut.setLength(0);
      }
      assertThrows(EOFException.class, () -> file.read(50_000, new byte[10], 0, 10));
      assertThrows(InternalError.class, () -> file.segment().get(ValueLayout.JAVA_BYTE, 50_000));
    }
  }

  @Test
  void mappingsEndWithTheirFiles() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    Path path = Files.write(folder.resolve("many"), new byte[10_000]);
    long before = MappedFile.mappedBytes();
    for (int i = 0; i < 1_000; i++) {
      MappedFile.open(path).close();
    }
    assertEquals(before, MappedFile.mappedBytes());
    if (Files.exists(maps)) {
      List<String> lines = Files.readAllLines(maps);
      assertTrue(lines.stream().noneMatch(line -> line.contains(path.toString())));
    }
  }

  @Test
  void aMissingFileIsAnIoException() {
    assertThrows(IOException.class, () -> MappedFile.open(folder.resolve("missing")));
  }
}
