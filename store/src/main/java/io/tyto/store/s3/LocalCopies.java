package io.tyto.store.s3;

import io.tyto.store.CopyHolder;
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
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Files with the content of objects, in a folder that one process uses: at most so many bytes, of
/// which those nobody asked for the longest go first. They survive the process.
///
/// A copy that somebody holds goes only when the holder lets it go, so as long as all are in use
/// they may take more. Another is opened at once by who asks for it, and an open file outlives its
/// name; so the last {@link #KEPT} that were asked for in this way stay, whatever their size.
/// Thread-safe.
final class LocalCopies {
  /// More than the threads that are between asking for a file and opening it.
  static final int KEPT = 16;

  private static final int STRIPES = 64;

  private final Disk disk;
  private final Path folder;
  private final Path copies;
  private final Path scratch;
  private final long maxBytes;
  private final int kept;
  private final Object[] stripes = new Object[STRIPES];

  /// By key, those asked for last at the end. Guarded by itself.
  private final Map<String, Copy> known = new LinkedHashMap<>(16, 0.75f, true);

  /// Guarded by {@link #known}.
  private long bytes;

  /// How often somebody asked who does not hold what they got. Guarded by {@link #known}.
  private long asked;

  /// Writes an object's content to a file that exists and is empty.
  interface Fetch {
    void into(Disk.File file) throws IOException;
  }

  /// @param holder null: nobody keeps it open
  /// @param asked number of the last time when somebody asked who does not hold it; 0: never
  private record Copy(long bytes, @Nullable CopyHolder holder, long asked) {}

  private record Found(String key, long bytes, long modifiedMillis) {}

  /// @param folder made at the first write
  /// @param kept {@link #KEPT}
  LocalCopies(Disk disk, Path folder, long maxBytes, int kept) {
    this.disk = disk;
    this.folder = folder;
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
    found.forEach(each -> add(each.key(), new Copy(each.bytes(), null, 0)));
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

  /// The copy of an object, for who opens it at once; of several who ask at once one fetches it.
  Path of(String key, Fetch fetch) {
    return of(key, fetch, null);
  }

  /// The same for who keeps it open, and is asked before it goes.
  Path hold(String key, Fetch fetch, CopyHolder holder) {
    return of(key, fetch, holder);
  }

  private Path of(String key, Fetch fetch, @Nullable CopyHolder holder) {
    Path copy = path(key);
    synchronized (stripe(key)) {
      if (!isHere(key, copy, holder)) {
        Path temporary = scratchFolder().resolve(UUID.randomUUID().toString());
        try {
          long size = fetch(key, fetch, temporary);
          moveIn(key, temporary, copy(size, holder));
        } catch (RuntimeException e) {
          discard(temporary);
          throw e;
        }
      }
    }
    return copy;
  }

  private boolean isHere(String key, Path copy, @Nullable CopyHolder holder) {
    synchronized (known) {
      Copy found = known.get(key);
      if (found == null || !disk.exists(copy)) {
        return false;
      }
      CopyHolder holds = holder == null ? found.holder() : holder;
      known.put(key, new Copy(found.bytes(), holds, holder == null ? ++asked : found.asked()));
      return true;
    }
  }

  private Copy copy(long size, @Nullable CopyHolder holder) {
    synchronized (known) {
      return new Copy(size, holder, holder == null ? ++asked : 0);
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
      moveIn(key, file, new Copy(size, null, 0));
    }
  }

  private void moveIn(String key, Path file, Copy made) {
    Path copy = path(key);
    Path parent = copy.getParent();
    folder(parent == null ? copies : parent);
    try {
      disk.replace(file, copy);
    } catch (IOException e) {
      throw DiskErrors.failed("move %s to %s".formatted(file, copy), e);
    }
    add(key, made);
  }

  private void add(String key, Copy made) {
    synchronized (known) {
      Copy before = known.put(key, made);
      bytes += made.bytes() - (before == null ? 0 : before.bytes());
      makeRoom();
    }
  }

  /// Lets go what was asked for longest ago, until the rest is within the bound or in use.
  void makeRoom() {
    synchronized (known) {
      Iterator<Map.Entry<String, Copy>> eldest = known.entrySet().iterator();
      while (bytes > maxBytes && eldest.hasNext()) {
        Map.Entry<String, Copy> each = eldest.next();
        CopyHolder holder = each.getValue().holder();
        boolean mayGo = each.getValue().asked() <= Math.max(0, asked - kept);
        if (mayGo && (holder == null || holder.letGo())) {
          eldest.remove();
          bytes -= each.getValue().bytes();
          // Under the lock, lest it take the file of somebody who fetches it again.
          discard(path(each.getKey()));
        }
      }
    }
  }

  /// What all copies take.
  long bytes() {
    synchronized (known) {
      return bytes;
    }
  }

  /// Removes the copy of an object that is no more, or a damaged one.
  void drop(String key) {
    synchronized (stripe(key)) {
      synchronized (known) {
        Copy copy = known.remove(key);
        if (copy != null) {
          bytes -= copy.bytes();
          discard(path(key));
        }
      }
    }
  }

  /// Removes the copies whose keys begin so and are none of these.
  void dropOthers(String prefix, Set<String> keys) {
    List<String> others;
    synchronized (known) {
      others =
          known.keySet().stream()
              .filter(key -> key.startsWith(prefix) && !keys.contains(key))
              .toList();
    }
    others.forEach(this::drop);
  }

  /// Removes everything, for who needed it for one task.
  void dropAll() {
    clearScratch();
    synchronized (known) {
      known.keySet().forEach(key -> discard(path(key)));
      known.clear();
      bytes = 0;
    }
    try {
      deleteFolders(folder);
    } catch (IOException e) {
      throw DiskErrors.failed("clear " + folder, e);
    }
  }

  private void deleteFolders(Path empty) throws IOException {
    for (Path below : disk.list(empty)) {
      deleteFolders(below);
    }
    if (disk.exists(empty)) {
      disk.delete(empty);
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
