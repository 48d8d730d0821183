package io.tyto.testkit.storage;

import io.tyto.store.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A disk over a real folder that remembers what has been made durable, and forgets the rest when
/// the power goes. Files are real, so they can be mapped; nothing is really forced, so it is fast.
///
/// What a real disk does and this one models: content is durable up to the size at the last `force`
/// of the file; a name is durable once its folder was forced, a deletion likewise; a `force` that
/// fails leaves what was dirty lost for ever, even if a later `force` succeeds, unless the name is
/// made anew or the file cut back to what was durable; a write that hits the end of space leaves
/// its first part.
///
/// Steps that change something are counted from 1 ({@link #steps}), so that a test can let each of
/// them crash or fail in turn. Everything in the folder when it is first looked at counts as
/// durable. Thread-safe.
public final class FaultDisk implements Disk {

  /// How a step fails with an IOException.
  public enum Failure {
    /// Nothing happens; for a force: what was dirty will never be durable.
    BEFORE,
    /// A write leaves its first half; other steps as {@link #BEFORE}.
    HALFWAY,
    /// Everything happens, and then the answer is lost.
    AFTER
  }

  private final Path limbo;
  private final LongSupplier clockMillis;
  private final Map<Path, Node> names = new TreeMap<>();
  private final Map<Path, Node> durableNames = new TreeMap<>();

  /// Names changed since their folder was last forced, by folder.
  private final Map<Path, Set<Path>> dirtyNames = new HashMap<>();

  private final Map<Path, Path> deleted = new HashMap<>();
  private final Set<Path> lostNames = new HashSet<>();
  private final Set<FaultFile> open = new HashSet<>();
  private final Map<Long, Failure> failures = new HashMap<>();
  private long steps;
  private long crashAt = Long.MAX_VALUE;
  private @Nullable String crashed;
  private long freeBytes = Long.MAX_VALUE;
  private long limboCount;

  /// One file or folder behind any number of names.
  private static final class Node {
    final boolean isFolder;
    long durableSize;
    long modifiedMillis;
    boolean isSuspect;

    Node(boolean isFolder, long durableSize, long modifiedMillis) {
      this.isFolder = isFolder;
      this.durableSize = durableSize;
      this.modifiedMillis = modifiedMillis;
    }
  }

  /// @param root exists; deleted files wait beside it in `<root>.limbo` for a power loss to bring
  ///   them back
  public FaultDisk(Path root) {
    this(root, System::currentTimeMillis);
  }

  /// @param clockMillis stamps files, for tests in accelerated time
  public FaultDisk(Path root, LongSupplier clockMillis) {
    this.limbo = root.resolveSibling(root.getFileName() + ".limbo");
    this.clockMillis = clockMillis;
  }

  /// Steps so far, failed ones included.
  public synchronized long steps() {
    return steps;
  }

  /// The process dies in the given step, counted like {@link #steps}: a write leaves its first
  /// half, other steps do nothing. Everything throws {@link SimulatedCrash} from then on, until
  /// {@link #restart} or {@link #losePower}.
  public synchronized void crashAt(long step) {
    crashAt = step;
  }

  /// The given step, counted like {@link #steps}, throws an IOException.
  public synchronized void failAt(long step, Failure failure) {
    failures.put(step, failure);
  }

  /// From now on only so many bytes fit; deleting gives none back. {@link Long#MAX_VALUE}: no
  /// limit.
  public synchronized void limitFreeBytes(long bytes) {
    freeBytes = bytes;
  }

  /// The process ends and another starts: open files are closed, what was written is still visible.
  public synchronized void restart() {
    for (FaultFile file : List.copyOf(open)) {
      try {
        file.file.close();
      } catch (IOException e) {
        throw new IllegalStateException("cannot close " + file.path, e);
      }
    }
    open.clear();
    crashed = null;
    crashAt = Long.MAX_VALUE;
    failures.clear();
  }

  /// The machine loses power: every name and byte that was not forced is gone.
  public synchronized void losePower() throws IOException {
    losePower(null);
  }

  /// The machine loses power: of what was not forced, chance decides name by name and file by file.
  public synchronized void losePower(@Nullable RandomGenerator chance) throws IOException {
    restart();
    List<Path> gone = new ArrayList<>();
    for (Map.Entry<Path, Node> entry : names.entrySet()) {
      if (durableNames.get(entry.getKey()) != entry.getValue() && isLost(chance)) {
        gone.add(entry.getKey());
      }
    }
    for (Path path : gone) {
      removeTree(path);
    }
    bringBackDeleted(chance);
    for (Map.Entry<Path, Node> entry : names.entrySet()) {
      Node node = entry.getValue();
      if (!node.isFolder && Files.exists(entry.getKey())) {
        cut(entry.getKey(), node, chance);
      }
    }
    names.clear();
    durableNames.clear();
    lostNames.clear();
    dirtyNames.clear();
  }

  private static boolean isLost(@Nullable RandomGenerator chance) {
    return chance == null || chance.nextBoolean();
  }

  private void bringBackDeleted(@Nullable RandomGenerator chance) throws IOException {
    for (Map.Entry<Path, Path> entry : deleted.entrySet()) {
      Path path = entry.getKey();
      Node node = durableNames.get(path);
      Path folder = path.getParent();
      boolean hasRoom = !Files.exists(path) && folder != null && Files.isDirectory(folder);
      if (node != null && hasRoom && isLost(chance)) {
        Files.move(entry.getValue(), path);
        names.put(path, node);
      } else {
        Files.deleteIfExists(entry.getValue());
      }
    }
    deleted.clear();
  }

  private static void removeTree(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static void cut(Path path, Node node, @Nullable RandomGenerator chance)
      throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long dirty = file.length() - node.durableSize;
      if (dirty <= 0) {
        return;
      }
      long kept = chance == null ? 0 : chance.nextLong(dirty + 1);
      file.setLength(node.durableSize + kept);
      if (chance != null && chance.nextBoolean()) {
        // Blocks were allocated, but their content never reached the disk.
        file.setLength(node.durableSize);
        file.setLength(node.durableSize + kept);
      }
      node.durableSize += kept;
    }
  }

  /// Changes bits of a byte in a file that nobody has open for writing.
  ///
  /// @param mask the bits that change
  public static void flip(Path path, long byteOffset, int mask) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(byteOffset);
      int value = file.read();
      file.seek(byteOffset);
      file.write(value ^ mask);
    }
  }

  /// Begins a step; the failure to raise once the caller has done its part, or null.
  private @Nullable Failure begin(String what, Path path) throws IOException {
    requireAlive();
    steps++;
    if (steps == crashAt) {
      crashed = "step " + steps + ": " + what + " " + path;
      return null;
    }
    Failure failure = failures.remove(steps);
    if (failure == Failure.BEFORE) {
      throw failed(what, path);
    }
    return failure;
  }

  /// The middle of a step, where a crash or a halved step ends.
  private void proceed(@Nullable Failure failure, String what, Path path) throws IOException {
    requireAlive();
    if (failure == Failure.HALFWAY) {
      throw failed(what, path);
    }
  }

  private static void finish(@Nullable Failure failure, String what, Path path) throws IOException {
    if (failure == Failure.AFTER) {
      throw failed(what, path);
    }
  }

  private void requireAlive() {
    if (crashed != null) {
      throw new SimulatedCrash(crashed);
    }
  }

  private static IOException failed(String what, Path path) {
    return new IOException("Input/output error (injected): " + what + " " + path);
  }

  private void takeSpace(long bytes, Path path) throws IOException {
    if (freeBytes != Long.MAX_VALUE) {
      if (freeBytes < bytes) {
        freeBytes = 0;
        throw new IOException(path + ": No space left on device (injected)");
      }
      freeBytes -= bytes;
    }
  }

  /// The node of a name; what is met for the first time was there before and is durable.
  private Node node(Path path) throws IOException {
    Node known = names.get(path);
    if (known != null) {
      return known;
    }
    boolean isFolder = Files.isDirectory(path);
    Node found =
        new Node(
            isFolder, isFolder ? 0 : Files.size(path), Files.getLastModifiedTime(path).toMillis());
    names.put(path, found);
    durableNames.put(path, found);
    return found;
  }

  private void putName(Path path, Node node) {
    names.put(path, node);
    Path folder = Objects.requireNonNull(path.getParent(), "a path below the root");
    dirtyNames.computeIfAbsent(folder, _ -> new HashSet<>()).add(path);
  }

  @Override
  public synchronized File create(Path path) throws IOException {
    Failure failure = begin("create", path);
    proceed(failure, "create", path);
    takeSpace(1, path);
    File file = Disk.SYSTEM.create(path);
    Node node = new Node(false, 0, clockMillis.getAsLong());
    putName(path, node);
    finish(failure, "create", path);
    return opened(path, file, node);
  }

  @Override
  public synchronized File openForAppend(Path path) throws IOException {
    requireAlive();
    return opened(path, Disk.SYSTEM.openForAppend(path), node(path));
  }

  @Override
  public synchronized File openForRead(Path path) throws IOException {
    requireAlive();
    return opened(path, Disk.SYSTEM.openForRead(path), node(path));
  }

  private File opened(Path path, File file, Node node) {
    FaultFile opened = new FaultFile(path, file, node);
    open.add(opened);
    return opened;
  }

  @Override
  public synchronized boolean link(Path source, Path target) throws IOException {
    Failure failure = begin("link", target);
    proceed(failure, "link", target);
    takeSpace(1, target);
    Node node = node(source);
    boolean linked = Disk.SYSTEM.link(source, target);
    if (linked) {
      putName(target, node);
    }
    finish(failure, "link", target);
    return linked;
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    Failure failure = begin("delete", path);
    proceed(failure, "delete", path);
    remove(path);
    finish(failure, "delete", path);
  }

  @Override
  public synchronized void replace(Path source, Path target) throws IOException {
    Failure failure = begin("replace", target);
    proceed(failure, "replace", target);
    Node node = node(source);
    if (Files.exists(target)) {
      remove(target);
    }
    Disk.SYSTEM.replace(source, target);
    names.remove(source);
    putName(target, node);
    finish(failure, "replace", target);
  }

  private void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      Disk.SYSTEM.delete(path);
    }
    node(path);
    names.remove(path);
    lostNames.remove(path);
    if (durableNames.containsKey(path) && !deleted.containsKey(path)) {
      Files.createDirectories(limbo);
      Path waiting = limbo.resolve(Long.toString(limboCount++));
      Files.move(path, waiting, StandardCopyOption.ATOMIC_MOVE);
      deleted.put(path, waiting);
    } else {
      Disk.SYSTEM.delete(path);
    }
  }

  @Override
  public synchronized boolean exists(Path path) {
    requireAlive();
    return Disk.SYSTEM.exists(path);
  }

  @Override
  public synchronized boolean isFolder(Path path) {
    requireAlive();
    return Disk.SYSTEM.isFolder(path);
  }

  @Override
  public synchronized long modifiedMillis(Path path) throws IOException {
    requireAlive();
    return node(path).modifiedMillis;
  }

  @Override
  public synchronized List<Path> list(Path folder) throws IOException {
    requireAlive();
    return Disk.SYSTEM.list(folder);
  }

  @Override
  public synchronized void createFolders(Path folder) throws IOException {
    requireAlive();
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    Failure failure = begin("create folder", folder);
    proceed(failure, "create folder", folder);
    takeSpace(1, folder);
    Files.createDirectory(folder);
    putName(folder, new Node(true, 0, clockMillis.getAsLong()));
    finish(failure, "create folder", folder);
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    try {
      Failure failure = begin("force folder", folder);
      proceed(failure, "force folder", folder);
      makeNamesDurable(folder);
      finish(failure, "force folder", folder);
    } catch (IOException e) {
      for (Path path : dirtyNames.getOrDefault(folder, Set.of())) {
        if (durableNames.get(path) != names.get(path)) {
          lostNames.add(path);
        }
      }
      throw e;
    }
  }

  private void makeNamesDurable(Path folder) throws IOException {
    Set<Path> dirty = dirtyNames.remove(folder);
    for (Path path : dirty == null ? Set.<Path>of() : dirty) {
      Node node = names.get(path);
      if (node != null && !lostNames.contains(path)) {
        durableNames.put(path, node);
      }
    }
    for (Path path : List.copyOf(deleted.keySet())) {
      if (folder.equals(path.getParent()) && !lostNames.contains(path)) {
        Files.deleteIfExists(deleted.remove(path));
        if (!names.containsKey(path)) {
          durableNames.remove(path);
        }
      }
    }
  }

  @Override
  public synchronized long freeBytes(Path folder) throws IOException {
    requireAlive();
    return freeBytes == Long.MAX_VALUE ? Disk.SYSTEM.freeBytes(folder) : freeBytes;
  }

  private final class FaultFile implements File {
    final Path path;
    final File file;
    final Node node;

    FaultFile(Path path, File file, Node node) {
      this.path = path;
      this.file = file;
      this.node = node;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      synchronized (FaultDisk.this) {
        requireOpen();
        Failure failure = begin("append", path);
        int whole = bytes.remaining();
        if (crashed != null || failure == Failure.HALFWAY) {
          file.append(bytes.slice(bytes.position(), whole / 2));
          proceed(failure, "append", path);
        }
        int fits = (int) Math.min(whole, freeBytes);
        file.append(bytes.slice(bytes.position(), fits));
        node.modifiedMillis = clockMillis.getAsLong();
        takeSpace(whole, path);
        bytes.position(bytes.limit());
        finish(failure, "append", path);
      }
    }

    @Override
    public int read(ByteBuffer target, long byteOffset) throws IOException {
      synchronized (FaultDisk.this) {
        requireOpen();
        return file.read(target, byteOffset);
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultDisk.this) {
        requireOpen();
        return file.size();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (FaultDisk.this) {
        requireOpen();
        Failure failure = begin("truncate", path);
        proceed(failure, "truncate", path);
        file.truncate(size);
        // Whether the old tail comes back after a power loss is open; that it is gone is the harder
        // case for whoever relied on it, and appending again makes it dirty.
        node.durableSize = Math.min(node.durableSize, size);
        node.isSuspect &= size > node.durableSize;
        finish(failure, "truncate", path);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (FaultDisk.this) {
        requireOpen();
        try {
          Failure failure = begin("force", path);
          proceed(failure, "force", path);
          if (!node.isSuspect) {
            node.durableSize = file.size();
          }
          finish(failure, "force", path);
        } catch (IOException e) {
          node.isSuspect = true;
          throw e;
        }
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (FaultDisk.this) {
        open.remove(this);
        file.close();
      }
    }

    private void requireOpen() throws IOException {
      requireAlive();
      if (!open.contains(this)) {
        throw new IOException(path + ": the file was closed, or the process restarted");
      }
    }
  }
}
