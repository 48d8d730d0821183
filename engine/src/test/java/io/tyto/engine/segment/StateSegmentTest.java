package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.engine.source.RowSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StateSegmentTest {
  @TempDir Path folder;

  private Path write(List<EntityKey> entities) throws IOException {
    Path file = folder.resolve("state.seg");
    try (OutputStream out = Files.newOutputStream(file);
        WritableByteChannel channel = Channels.newChannel(out)) {
      SegmentSummary summary = StateSegment.write(1, 2, 3, entities.iterator(), channel::write);
      assertEquals(entities.size(), summary.rows());
    }
    return file;
  }

  private static byte @Nullable [] key(int id) {
    return id % 10 == 0 ? null : ("player-" + id * 7919L).getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5_000, RowSource.BLOCK_ROWS + 10})
  void everyKeyKeepsItsId(int count) throws IOException {
    List<EntityKey> entities = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = 100 + i + i / 3;
      entities.add(new EntityKey(id, key(id)));
    }
    Path file = write(entities);
    try (StateSegment state = StateSegment.open(file, Files.size(file))) {
      assertEquals(count, state.entityCount());
      List<EntityKey> found = new ArrayList<>();
      state.forEach(found::add);
      assertEquals(count, found.size());
      for (int i = 0; i < count; i++) {
        assertEquals(entities.get(i).id(), found.get(i).id());
        assertArrayEquals(entities.get(i).key(), found.get(i).key());
      }
      assertEquals(List.of(), state.verify());
    }
  }

  @Test
  void aBlockOfErasedKeysKeepsTheIds() throws IOException {
    Path file = write(List.of(new EntityKey(10, null), new EntityKey(20, null)));
    try (StateSegment state = StateSegment.open(file, Files.size(file))) {
      List<EntityKey> found = new ArrayList<>();
      state.forEach(found::add);
      assertEquals(List.of(10, 20), found.stream().map(EntityKey::id).toList());
      assertEquals(List.of(), state.verify());
    }
  }

  @Test
  void idsMustAscend() {
    List<EntityKey> twice = List.of(new EntityKey(7, key(7)), new EntityKey(7, key(8)));
    assertThrows(IllegalArgumentException.class, () -> write(twice));
  }

  @Test
  void aFileOfRowsIsNoState() throws IOException {
    Path file = write(List.of());
    assertThrows(CorruptSegmentException.class, () -> Segment.open(file, Files.size(file)));
  }
}
