package io.tyto.testkit.storage;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// A store in memory whose calls can be stopped, dropped, or lose their answers. Thread-safe.
public final class MemoryStore implements Store {

  /// Told before each call of a writer; may block it, and decides its fate.
  @FunctionalInterface
  public interface Network {
    Network PERFECT = _ -> Fate.ANSWERED;

    /// @param call such as `putIfAbsent 1/1/g0/p0/m/00000000000000000001`
    Fate deliver(String call);
  }

  /// What becomes of a call.
  public enum Fate {
    ANSWERED,
    /// It never arrives, and the caller learns that something failed.
    DROPPED,
    /// It takes effect, and the caller learns that something failed.
    ANSWER_LOST
  }

  private record Content(byte[] bytes, long modifiedMillis) {}

  private final TreeMap<String, Content> objects;
  private final AtomicLong clockMillis;
  private final Network network;
  private final boolean isReplacing;

  public MemoryStore() {
    this(new TreeMap<>(), new AtomicLong(), Network.PERFECT, false);
  }

  private MemoryStore(
      TreeMap<String, Content> objects,
      AtomicLong clockMillis,
      Network network,
      boolean isReplacing) {
    this.objects = objects;
    this.clockMillis = clockMillis;
    this.network = network;
    this.isReplacing = isReplacing;
  }

  /// The same objects, seen through another network.
  public MemoryStore through(Network other) {
    return new MemoryStore(objects, clockMillis, other, isReplacing);
  }

  /// The same objects behind a conditional put that looks first and then renames, replacing what a
  /// rival put meanwhile: the mistake that tests must be able to catch.
  public MemoryStore replacing() {
    return new MemoryStore(objects, clockMillis, network, true);
  }

  /// Sets the clock that stamps objects.
  public void setNowMillis(long millis) {
    clockMillis.set(millis);
  }

  /// Changes bits of one byte of an object.
  public void flip(String key, int byteOffset, int mask) {
    synchronized (objects) {
      Content content = existing(key);
      byte[] bytes = content.bytes().clone();
      bytes[byteOffset] ^= (byte) mask;
      objects.put(key, new Content(bytes, content.modifiedMillis()));
    }
  }

  private interface Call<T> {
    T run();
  }

  private <T> T call(String what, Call<T> call) {
    Fate fate = network.deliver(what);
    if (fate == Fate.DROPPED) {
      throw failed(what);
    }
    T answer;
    synchronized (objects) {
      answer = call.run();
    }
    if (fate == Fate.ANSWER_LOST) {
      throw failed(what);
    }
    return answer;
  }

  private static TytoException failed(String what) {
    return new TytoException(ErrorCode.STORE_FAILED, "no answer (injected): " + what);
  }

  private Content existing(String key) {
    Content content = objects.get(key);
    if (content == null) {
      throw new TytoException(ErrorCode.STORE_FAILED, "no such object: " + key);
    }
    return content;
  }

  @Override
  public Put putIfAbsent(String key, byte[] content) {
    if (isReplacing) {
      if (exists(key)) {
        return Put.EXISTS;
      }
      return call(
          "rename " + key,
          () -> {
            objects.put(key, new Content(content.clone(), clockMillis.get()));
            return Put.CREATED;
          });
    }
    return call(
        "putIfAbsent " + key,
        () ->
            objects.putIfAbsent(key, new Content(content.clone(), clockMillis.get())) == null
                ? Put.CREATED
                : Put.EXISTS);
  }

  @Override
  public void renew(String key, byte[] content) {}

  @Override
  public void putFile(String key, Path file) {
    throw new UnsupportedOperationException("a store in memory takes no files");
  }

  @Override
  public Optional<byte[]> get(String key) {
    return call(
        "get " + key, () -> Optional.ofNullable(objects.get(key)).map(c -> c.bytes().clone()));
  }

  @Override
  public List<String> list(String prefix) {
    return call(
        "list " + prefix,
        () -> objects.keySet().stream().filter(key -> key.startsWith(prefix)).toList());
  }

  @Override
  public void delete(String key) {
    call("delete " + key, () -> Optional.ofNullable(objects.remove(key)));
  }

  @Override
  public void settle(String folder) {}

  @Override
  public boolean exists(String key) {
    return call("exists " + key, () -> objects.containsKey(key));
  }

  @Override
  public long size(String key) {
    return call("size " + key, () -> (long) existing(key).bytes().length);
  }

  @Override
  public String sha256(String key) {
    byte[] bytes = call("sha256 " + key, () -> existing(key).bytes());
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public long modifiedMillis(String key) {
    return call("modified " + key, () -> existing(key).modifiedMillis());
  }

  @Override
  public long nowMillis() {
    return clockMillis.get();
  }

  @Override
  public Path localFile(String key) {
    throw new UnsupportedOperationException("a store in memory has no files");
  }

  @Override
  public Path scratchFolder() {
    throw new UnsupportedOperationException("a store in memory has no files");
  }

  @Override
  public void probe() {}
}
