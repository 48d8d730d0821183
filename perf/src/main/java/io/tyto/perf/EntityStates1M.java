package io.tyto.perf;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.row.Row;
import io.tyto.engine.segment.LifetimeMerge;
import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.state.EntityStates;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateFunction;
import io.tyto.engine.state.StateLayout;
import io.tyto.engine.state.StateMemory;
import io.tyto.engine.state.StateOverlay;
import io.tyto.model.schema.Physical;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// States of entities: updates on one thread, seals and their way into the map included; bytes an
/// entity; and the time to read the states again from the segments that were written.
///
/// Arguments: entities, updates, rows a unit.
public final class EntityStates1M {
  private static final StateLayout LAYOUT =
      new StateLayout(
          List.of(
              StateElement.EVENTS,
              new StateElement(StateFunction.SUM, 17, Physical.LONG, "decimal scale 2"),
              new StateElement(StateFunction.MIN, 17, Physical.LONG, "decimal scale 2"),
              new StateElement(StateFunction.MAX, 17, Physical.LONG, "decimal scale 2"),
              new StateElement(StateFunction.MIN, 16, Physical.LONG, "timestamp")));

  private static final int[] POSITIONS = {0, 1, 1, 1, 0};
  private static final long START_MICROS = 1_760_000_000_000_000L;

  private EntityStates1M() {}

  public static void main(String[] arguments) throws IOException {
    int entities = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int updates = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000_000;
    int unitRows = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1_000_000;
    run(entities, updates, unitRows, System.out);
  }

  static void run(int entities, int updates, int unitRows, PrintStream report) throws IOException {
    Path folder = Files.createTempDirectory("tyto-states");
    StateMemory memory = new StateMemory(folder.resolve("maps"), 4L << 30);
    try (EntityTable table = new EntityTable();
        EntityStates states = new EntityStates(LAYOUT, memory, entities)) {
      for (int i = 0; i < entities; i++) {
        table.idOf(key(i));
      }
      List<Path> files = update(states, entities, updates, unitRows, folder, report);
      report.println(
          "bytes an entity: %.1f in the map, %.1f in the table of keys of 16 bytes"
              .formatted(
                  states.sizeBytes() / (double) entities, table.sizeBytes() / (double) entities));
      rebuild(states, files, entities, memory, report);
    } finally {
      Folders.delete(folder);
    }
  }

  private static List<Path> update(
      EntityStates states, int entities, int updates, int unitRows, Path folder, PrintStream report)
      throws IOException {
    List<Path> files = new ArrayList<>();
    Row row = new Row(2);
    long sealNanos = 0;
    long settleNanos = 0;
    long cpu = cpuNanos();
    long start = System.nanoTime();
    for (int from = 0; from < updates; from += unitRows) {
      StateOverlay unit = states.open();
      for (int i = from; i < Math.min(updates, from + unitRows); i++) {
        row.setLong(0, START_MICROS + i * 1_000L);
        row.setLong(1, (long) (100_000 * EventRows.unit(i, 1)));
        unit.apply(1 + (int) (entities * EventRows.unit(i, 2)), row, POSITIONS, row.longAt(0));
      }
      long sealed = cpuNanos();
      files.add(write(unit, folder.resolve(files.size() + ".seg")));
      long settled = cpuNanos();
      unit.settle();
      sealNanos += settled - sealed;
      settleNanos += cpuNanos() - settled;
    }
    long wall = System.nanoTime() - start;
    cpu = cpuNanos() - cpu;
    Folders.require(count(states, entities) == updates, "every update counts once");
    report.println(
        "%,d updates of %,d entities: %.2f M/s of processor time (%.2f M/s by the clock); without the segments %.2f M/s, of it into the map %.0f %%"
            .formatted(
                updates,
                entities,
                updates * 1e3 / cpu,
                updates * 1e3 / wall,
                updates * 1e3 / (cpu - sealNanos),
                100.0 * settleNanos / (cpu - sealNanos)));
    return files;
  }

  private static long count(EntityStates states, int entities) {
    long count = 0;
    for (int entity = 1; entity <= entities; entity++) {
      Object value = states.current(entity).value(0);
      count += value == null ? 0 : (Long) value;
    }
    return count;
  }

  private static Path write(StateOverlay unit, Path file) throws IOException {
    try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file));
        WritableByteChannel channel = Channels.newChannel(stream)) {
      LifetimeSegment.write(1, 1, 1, 0, LAYOUT, unit::forEach, channel::write);
    }
    return file;
  }

  private static void rebuild(
      EntityStates states, List<Path> files, int entities, StateMemory memory, PrintStream report)
      throws IOException {
    List<LifetimeSegment> segments = new ArrayList<>();
    long bytes = 0;
    long start = System.nanoTime();
    try (EntityStates again = new EntityStates(LAYOUT, memory, entities)) {
      for (Path file : files) {
        bytes += Files.size(file);
        segments.add(LifetimeSegment.open(file, Files.size(file)));
      }
      again.restore(visitor -> LifetimeMerge.forEach(segments, visitor));
      report.println(
          "read again from %d segments of %.1f MB in all: %.2f s"
              .formatted(files.size(), bytes / 1e6, (System.nanoTime() - start) / 1e9));
      for (int entity = 1; entity <= entities; entity += Math.max(1, entities / 1_000)) {
        for (int i = 0; i < LAYOUT.elements().size(); i++) {
          Object was = states.current(entity).value(i);
          Object is = again.current(entity).value(i);
          Folders.require(Objects.equals(was, is), "states come back as they were");
        }
      }
    } finally {
      segments.forEach(LifetimeSegment::close);
    }
  }

  private static byte[] key(int number) {
    byte[] key = new byte[16];
    long high = Double.doubleToRawLongBits(EventRows.unit(number, 3));
    for (int i = 0; i < 8; i++) {
      key[i] = (byte) (high >>> 8 * i);
      key[8 + i] = (byte) ((long) number >>> 8 * i);
    }
    return key;
  }

  /// Of this thread.
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
