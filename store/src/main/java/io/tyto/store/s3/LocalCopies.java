package io.tyto.store.s3;

import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Files with the content of objects, in a folder that one process uses: at most so many bytes, of
/// which those nobody asked for the longest go first. They survive the process.
///
/// What is asked for is opened at once, and an open or mapped file outlives its name; so the last
/// {@link #KEPT} that were asked for stay, whatever their size. Thread-safe.
final class LocalCopies {
  /// More than the threads that are between asking for a file and opening it.
  static final int KEPT = 64;

  private static final int STRIPES = 64;

  private final Disk disk;
  private final Path copies;
  private final Path scratch;
  private final long maxBytes;
  private final int kept;
  private final Object[] stripes = new Object[STRIPES];

  /// Bytes of each copy by key, those asked for last at the end. Guarded by itself.
  private final Map<String, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

  /// Guarded by {@link #sizes}.
  private long bytes;

  /// Writes an object's content to a file that exists and is empty.
  interface Fetch {
    void into(Disk.File file) throws IOException;
  }

  private record Found(String key, long bytes, long modifiedMillis) {}

  /// @param folder made at the first write
  /// @param kept {@link #KEPT}
  LocalCopies(Disk disk, Path folder, long maxBytes, int kept) {
    this.disk = disk;
    this.copies = folder.resolve("copies");
    this.scratch = folder.resolve("tmp");
    this.maxBytes = maxBytes;
    this.kept = kept;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Object();
    }
    find();
  }

  /// Takes over what an earlier process left, which was forced before it got its name.
  private void find() {
    List<Found> found = new ArrayList<>();
    try {
      collect(copies, found);
    } catch (IOException e) {
      throw DiskErrors.failed("look for copies in " + copies, e);
    }
    found.sort(Comparator.comparingLong(Found::modifiedMillis));
    found.forEach(each -> add(each.key(), each.bytes()));
  }

  private void collect(Path folder, List<Found> found) throws IOException {
    for (Path entry : disk.list(folder)) {
      if (disk.isFolder(entry)) {
        collect(entry, found);
      } else {
        String key = copies.relativize(entry).toString().replace('\\', '/');
        try (Disk.File file = disk.openForRead(entry)) {
          found.add(new Found(key, file.size(), disk.modifiedMillis(entry)));
        }
      }
    }
  }

  Path scratchFolder() {
    return folder(scratch);
  }

  private Path folder(Path folder) {
    try {
      disk.createFolders(folder);
    } catch (IOException e) {
      throw DiskErrors.before("create folder " + folder, e);
    }
    return folder;
  }

  /// Removes what a crash left in the scratch folder.
  void clearScratch() {
    try {
      for (Path leftOver : disk.list(scratch)) {
        disk.delete(leftOver);
      }
    } catch (IOException e) {
      throw DiskErrors.failed("clear " + scratch, e);
    }
  }

  /// The copy of an object; of several who ask at once one fetches it.
  Path of(String key, Fetch fetch) {
    Path copy = path(key);
    synchronized (stripe(key)) {
      if (!isHere(key, copy)) {
        Path temporary = scratchFolder().resolve(UUID.randomUUID().toString());
        try {
          long size = fetch(key, fetch, temporary);
          moveIn(key, temporary, size);
        } catch (RuntimeException e) {
          discard(temporary);
          throw e;
        }
      }
    }
    return copy;
  }

  private boolean isHere(String key, Path copy) {
    synchronized (sizes) {
      return sizes.get(key) != null && disk.exists(copy);
    }
  }

  private long fetch(String key, Fetch fetch, Path temporary) {
    try (Disk.File file = disk.create(temporary)) {
      fetch.into(file);
      file.force();
      return file.size();
    } catch (IOException e) {
      throw DiskErrors.before("make a copy of %s in %s".formatted(key, temporary), e);
    }
  }

  /// Makes a forced file the copy of an object that has its content.
  void adopt(String key, Path file, long size) {
    synchronized (stripe(key)) {
      moveIn(key, file, size);
    }
  }

  private void moveIn(String key, Path file, long size) {
    Path copy = path(key);
    Path parent = copy.getParent();
    folder(parent == null ? copies : parent);
    try {
      disk.replace(file, copy);
    } catch (IOException e) {
      throw DiskErrors.failed("move %s to %s".formatted(file, copy), e);
    }
    add(key, size);
  }

  private void add(String key, long size) {
    synchronized (sizes) {
      Long before = sizes.put(key, size);
      bytes += size - (before == null ? 0 : before);
      Iterator<Map.Entry<String, Long>> eldest = sizes.entrySet().iterator();
      while (bytes > maxBytes && sizes.size() > kept) {
        Map.Entry<String, Long> goes = eldest.next();
        eldest.remove();
        bytes -= goes.getValue();
        // Under the lock, lest it take the file of somebody who fetches it again.
        discard(path(goes.getKey()));
      }
    }
  }

  /// Removes the copy of an object that is no more.
  void drop(String key) {
    synchronized (stripe(key)) {
      synchronized (sizes) {
        Long size = sizes.remove(key);
        if (size != null) {
          bytes -= size;
          discard(path(key));
        }
      }
    }
  }

  /// A file that stays behind costs room and nothing else: it is found at the next start.
  void discard(Path file) {
    try {
      disk.delete(file);
    } catch (NoSuchFileException _) {
      return;
    } catch (IOException e) {
      System.getLogger(LocalCopies.class.getName())
          .log(System.Logger.Level.WARNING, "left behind {0}: {1}", file, e);
    }
  }

  private Path path(String key) {
    return copies.resolve(key);
  }

  private Object stripe(String key) {
    return stripes[Math.floorMod(key.hashCode(), STRIPES)];
  }
}
