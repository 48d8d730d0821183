package io.tyto.ingest.enrich.builtin;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A database in MaxMind's format, read again when its file changes. Thread-safe.
///
/// The file is held on the heap and not mapped: a mapped file that is overwritten in place kills
/// the JVM. A new file that cannot be read leaves the old data in use.
final class GeoDatabase {
  private static final System.Logger LOG = System.getLogger(GeoDatabase.class.getName());
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// Of the heap that a database may take.
  private static final int HEAP_SHARE = 4;

  /// Decoded parts of records that are kept.
  private static final int CACHED_NODES = 16_384;

  private final Path file;
  private final AtomicLong nextLook = new AtomicLong(System.nanoTime() + LOOK_NANOS);
  private volatile Version version;

  /// What a file held. A reader that was replaced is left to the garbage collector, because other
  /// threads may be using it.
  private record Version(Reader reader, FileTime modified, long bytes, String name) {}

  private GeoDatabase(Path file, Version version) {
    this.file = file;
    this.version = version;
  }

  /// IOException where there is no such file; IllegalArgumentException where it is too large.
  static GeoDatabase open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new FileNotFoundException(
          "there is no file %s; `database` names one in MaxMind's format (.mmdb)"
              .formatted(file.toAbsolutePath()));
    }
    return new GeoDatabase(file, read(file));
  }

  private static Version read(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    long bytes = Files.size(file);
    long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    if (bytes > most) {
      throw new IllegalArgumentException(
          "`database` is a file of %,d bytes, and a quarter of the heap is %,d; raise `memory`"
              .formatted(bytes, most));
    }
    try (InputStream content = Files.newInputStream(file)) {
      Reader reader = new Reader(content, new CHMCache(CACHED_NODES));
      LocalDate built = reader.getMetadata().buildTime().atZone(ZoneOffset.UTC).toLocalDate();
      String name = reader.getMetadata().databaseType() + " of " + built;
      return new Version(reader, modified, bytes, name);
    }
  }

  /// Such as `GeoLite2-City of 2026-11-18`.
  String name() {
    return version.name();
  }

  /// What is known of an address: nested maps, lists, texts and numbers; null: nothing.
  @Nullable Map<?, ?> find(InetAddress address) throws IOException {
    lookForNewFile(System.nanoTime());
    Reader reader = version.reader();
    boolean isBeyond = address instanceof Inet6Address && reader.getMetadata().ipVersion() == 4;
    return isBeyond ? null : reader.get(address, Map.class);
  }

  /// One caller looks, now and then; the others go on with what there is.
  void lookForNewFile(long now) {
    long due = nextLook.get();
    if (now - due < 0 || !nextLook.compareAndSet(due, now + LOOK_NANOS)) {
      return;
    }
    try {
      Version old = version;
      if (!Files.getLastModifiedTime(file).equals(old.modified())
          || Files.size(file) != old.bytes()) {
        version = read(file);
        LOG.log(INFO, "{0} is now {1}, after {2}", file, version.name(), old.name());
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(WARNING, file + " changed and cannot be read; " + name() + " stays in use", e);
    }
  }
}
