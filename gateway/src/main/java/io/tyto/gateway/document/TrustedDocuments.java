package io.tyto.gateway.document;

import io.tyto.graphqlschema.DocumentId;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Documents that an operator trusts: files `*.graphql` of a folder that is only read, and those
/// registered here, each a file of its own. Thread-safe.
///
/// The folders are read again where files came or went, at most once a second; so those who share a
/// folder find what others registered. While one that was there is away, what it held stays
/// trusted. A document is on disk when {@link #register} returns.
public final class TrustedDocuments {
  private static final System.Logger LOG = System.getLogger(TrustedDocuments.class.getName());
  private static final String SUFFIX = ".graphql";
  private static final int MAX_DOCUMENTS = 10_000;
  private static final int MAX_BYTES = 100_000;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final @Nullable Path folder;
  private final @Nullable Path registered;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile Known known;

  /// @param times of the folders that there were, when they were read
  /// @param isStale whether they could not be read again since
  private record Known(
      Map<DocumentId, String> texts, Map<Path, FileTime> times, long lookedNanos, boolean isStale) {
    Known with(Map<DocumentId, String> others) {
      return new Known(Map.copyOf(others), times, lookedNanos, isStale);
    }

    Known lookedAt(boolean isStale) {
      return new Known(texts, times, System.nanoTime(), isStale);
    }
  }

  /// Reads both folders.
  ///
  /// @param folder null for none
  /// @param registered made when it is first needed; null registers nothing
  public TrustedDocuments(@Nullable Path folder, @Nullable Path registered) {
    this.folder = folder;
    this.registered = registered;
    this.known = read(Set.of());
  }

  public @Nullable String get(DocumentId id) {
    return current().texts().get(id);
  }

  /// By their ids, ascending.
  public Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    current().texts().forEach((id, text) -> all.put(id.toString(), text));
    return all;
  }

  /// Keeps it for ever; BAD_USER_INPUT where the id is another's, LIMIT_TOO_LARGE.
  public void register(DocumentId id, String text) {
    Path home = registered();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!DocumentId.of(text).equals(id)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the body is not the document of this id; its own is " + DocumentId.of(text));
    }
    changing.lock();
    try {
      if (bytes.length > MAX_BYTES || current().texts().size() >= MAX_DOCUMENTS) {
        throw new TytoException(
            ErrorCode.LIMIT_TOO_LARGE,
            "at most %,d documents are kept, of at most %,d bytes each"
                .formatted(MAX_DOCUMENTS, MAX_BYTES));
      }
      Files.createDirectories(home);
      Path half = home.resolve(id.hex() + ".tmp");
      try (FileChannel file =
          FileChannel.open(
              half,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          file.write(left);
        }
        file.force(true);
      }
      Files.move(half, home.resolve(id.hex() + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
      force(home);
      Map<DocumentId, String> more = new HashMap<>(known.texts());
      more.put(id, text);
      known = known.with(more);
      readAgain();
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "the document cannot be written below " + home, e);
    } finally {
      changing.unlock();
    }
  }

  /// Returns whether it was registered. One of the operator's own folder stays.
  public boolean remove(DocumentId id) {
    Path home = registered();
    changing.lock();
    try {
      boolean wasThere = Files.deleteIfExists(home.resolve(id.hex() + SUFFIX));
      if (wasThere) {
        force(home);
        Map<DocumentId, String> fewer = new HashMap<>(known.texts());
        fewer.remove(id);
        known = known.with(fewer);
        readAgain();
      }
      return wasThere;
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "the document cannot be removed from " + home, e);
    } finally {
      changing.unlock();
    }
  }

  private Path registered() {
    if (registered == null) {
      throw new TytoException(ErrorCode.NOT_FOUND, "no documents can be registered here");
    }
    return registered;
  }

  /// Makes the names of a folder's files last as its files do.
  private static void force(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private Known current() {
    Known seen = known;
    if (System.nanoTime() - seen.lookedNanos() < LOOK_NANOS || !changing.tryLock()) {
      return seen;
    }
    try {
      readAgain();
      return known;
    } finally {
      changing.unlock();
    }
  }

  /// What was trusted stays so where it cannot be read: a folder that is away just now takes
  /// nothing back.
  private void readAgain() {
    Known seen = known;
    try {
      known =
          times(seen.times().keySet()).equals(seen.times()) && !seen.isStale()
              ? seen.lookedAt(false)
              : read(seen.times().keySet());
    } catch (UncheckedIOException e) {
      if (!seen.isStale()) {
        LOG.log(System.Logger.Level.WARNING, "trusted documents cannot be read again", e);
      }
      known = seen.lookedAt(true);
    }
  }

  /// Of the folders that are there.
  ///
  /// @param before those that were: one that is none any more cannot be read
  private Map<Path, FileTime> times(Set<Path> before) {
    Map<Path, FileTime> times = new LinkedHashMap<>();
    for (Path one : Stream.of(folder, registered).flatMap(Stream::ofNullable).toList()) {
      if (before.contains(one) || Files.isDirectory(one)) {
        try {
          times.put(one, Files.getLastModifiedTime(one));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return times;
  }

  private Known read(Set<Path> before) {
    Map<Path, FileTime> times = times(before);
    Map<DocumentId, String> texts = new HashMap<>();
    for (Path one : times.keySet()) {
      try (Stream<Path> files = Files.list(one)) {
        for (Path file : files.sorted().toList()) {
          if (file.toString().endsWith(SUFFIX) && Files.isRegularFile(file)) {
            add(texts, file);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("trusted documents of " + one, e);
      }
    }
    return new Known(Map.copyOf(texts), times, System.nanoTime(), false);
  }

  private static void add(Map<DocumentId, String> texts, Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES || texts.size() >= MAX_DOCUMENTS) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is left out: at most {1} documents are trusted, of at most {2} bytes each",
          file,
          MAX_DOCUMENTS,
          MAX_BYTES);
      return;
    }
    String text = Files.readString(file);
    texts.put(DocumentId.of(text), text);
  }
}
