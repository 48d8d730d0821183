package io.tyto.store.s3;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.CopyHolder;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.s3.S3Client.Answer;
import io.tyto.store.s3.S3Client.Request;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The store in a bucket of S3.
///
/// `PUT` with `If-None-Match: *` is the conditional put. Where its answer does not arrive, or is an
/// error of the server, the object is looked at: its content tells whether this put, another or
/// none was applied, and none means that the same bytes are put again. So CREATED may be told for
/// an equal object of a rival, which is why every document that commits carries an id of its own.
///
/// What the service shows is durable, so there is nothing to renew or to settle. A file goes up in
/// one request, of at most 5 GiB. Segments are read through copies in a local folder of this
/// process. Every call asks a bounded number of times within a deadline ({@link S3Patience}), then
/// fails with STORE_FAILED. Thread-safe.
public final class S3Store implements Store {
  private static final int PAGE_KEYS = 1_000;
  private static final int PIECE_BYTES = 8 << 20;
  private static final int MAX_PAGES = 100_000;
  private static final int MAX_PAGE_BYTES = 4 << 20;
  private static final int MAX_DOCUMENT_BYTES = 64 << 20;

  /// Keys that end with the beginning of their content's hash, see {@link StoreKeys}.
  private static final Pattern HASHED = Pattern.compile(".*-([0-9a-f]{16})\\.(?:seg|tab)");

  private static final Map<String, String> IF_ABSENT = Map.of("if-none-match", "*");

  private final S3Location location;
  private final S3Patience patience;
  private final S3Client client;
  private final Disk disk;
  private final LocalCopies copies;
  private final boolean areKept;
  private final int pageKeys;
  private final int pieceBytes;

  private enum Found {
    NONE,
    SAME,
    OTHER
  }

  private interface Piece {
    void take(ByteBuffer bytes) throws IOException;
  }

  /// @param localFolder of this process alone, for copies of objects and files on their way here;
  ///   made at the first write
  /// @param localBytes that copies take at most, as long as they are not in use
  /// @param areKept whether copies stay when it is closed, for the next start
  public S3Store(
      S3Location location,
      S3Credentials credentials,
      S3Patience patience,
      Path localFolder,
      long localBytes,
      boolean areKept) {
    this(location, credentials, patience, localFolder, localBytes, areKept, PAGE_KEYS, PIECE_BYTES);
  }

  /// For tests, which want many pages and pieces of few keys and bytes.
  S3Store(
      S3Location location,
      S3Credentials credentials,
      S3Patience patience,
      Path localFolder,
      long localBytes,
      boolean areKept,
      int pageKeys,
      int pieceBytes) {
    this.location = location;
    this.patience = patience;
    this.client = new S3Client(new S3Signer(credentials, location.region()), patience);
    this.disk = Disk.SYSTEM;
    this.copies =
        new LocalCopies(
            disk, localFolder.toAbsolutePath().normalize(), localBytes, LocalCopies.KEPT);
    this.areKept = areKept;
    this.pageKeys = pageKeys;
    this.pieceBytes = pieceBytes;
  }

  @Override
  public Put putIfAbsent(String key, byte[] content) {
    Request request =
        putRequest(
            key, BodyPublishers.ofByteArray(content), S3Signer.sha256(content), content.length);
    return put(
        key,
        request,
        attempts ->
            read(key, attempts)
                .map(found -> Arrays.equals(found, content) ? Found.SAME : Found.OTHER)
                .orElse(Found.NONE));
  }

  private Request putRequest(String key, BodyPublisher body, String sha256, long bytes) {
    StoreKeys.require(key);
    return new Request(
        "PUT", location.object(key), IF_ABSENT, body, sha256, bytes, S3Client.MAX_PROBLEM_BYTES);
  }

  /// Puts until it is known what became of it.
  ///
  /// @param look what stands under the key
  private Put put(String key, Request request, Function<Attempts, Found> look) {
    Attempts attempts = Attempts.of(patience, request.bytesSent());
    boolean isInDoubt = false;
    while (attempts.again()) {
      Found found = isInDoubt ? look.apply(attempts.onTheWay()) : Found.NONE;
      if (found != Found.NONE) {
        return told(found);
      }
      try {
        Answer answer = client.exchange(request);
        if (answer.isGood()) {
          return Put.CREATED;
        }
        boolean isTaken = answer.status() == S3Client.PRECONDITION_FAILED;
        if (isTaken && !isInDoubt) {
          return Put.EXISTS;
        }
        // Taken after a doubt: it may be by what was put before.
        if (!isTaken && !answer.isPassing()) {
          throw refused("store " + key, answer);
        }
        isInDoubt |= answer.isInDoubt();
        attempts.failed(answer.toString(), null);
      } catch (IOException e) {
        isInDoubt = true;
        attempts.failed(S3Client.describe(e), e);
      }
    }
    Found found = isInDoubt ? look.apply(attempts.onTheWay()) : Found.NONE;
    if (found != Found.NONE) {
      return told(found);
    }
    throw attempts.exhausted(
        "store " + key,
        isInDoubt
            ? "It is not there, but may still be applied: the outcome is unknown."
            : "Nothing was stored.");
  }

  private static Put told(Found found) {
    return found == Found.SAME ? Put.CREATED : Put.EXISTS;
  }

  /// Nothing to do: the service shows only what it keeps.
  @Override
  public void renew(String key, byte[] content) {}

  @Override
  public void putFile(String key, Path file) {
    long bytes;
    String sha256;
    Request request;
    try (Disk.File handle = disk.openForAppend(file)) {
      handle.force();
      bytes = handle.size();
      sha256 = sha256(handle);
      request = putRequest(key, BodyPublishers.ofFile(file), sha256, bytes);
    } catch (IOException e) {
      throw DiskErrors.before("read %s on its way to %s".formatted(file, key), e);
    }
    Function<Attempts, Found> look =
        attempts -> {
          if (head(key, attempts).isEmpty()) {
            return Found.NONE;
          }
          return sha256(key).equals(sha256) ? Found.SAME : Found.OTHER;
        };
    if (put(key, request, look) == Put.EXISTS && !sha256(key).equals(sha256)) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "Key %s exists with other content than %s, although a key of this kind is unique to its content. The stored object is damaged: run `tyto verify`."
              .formatted(key, file));
    }
    copies.adopt(key, file, bytes);
  }

  private static String sha256(Disk.File file) throws IOException {
    MessageDigest digest = S3Signer.sha256Digest();
    ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
    for (long at = 0; file.read(chunk.clear(), at) > 0; at += chunk.limit()) {
      digest.update(chunk.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public Optional<byte[]> get(String key) {
    return read(key, Attempts.of(patience, 0));
  }

  private Optional<byte[]> read(String key, Attempts attempts) {
    StoreKeys.require(key);
    Request request = Request.of("GET", location.object(key), Map.of(), MAX_DOCUMENT_BYTES);
    Answer answer = client.ask("read " + key, request, attempts);
    if (answer.status() == S3Client.NOT_FOUND && answer.problem().code().equals("NoSuchKey")) {
      return Optional.empty();
    }
    return Optional.of(good("read " + key, answer).body());
  }

  /// A part of an object.
  ///
  /// @param from byte offset
  /// @param length in bytes; the object has as many from there on
  byte[] range(String key, long from, int length) {
    StoreKeys.require(key);
    String what = "read %d bytes at %d of %s".formatted(length, from, key);
    Map<String, String> headers = Map.of("range", "bytes=%d-%d".formatted(from, from + length - 1));
    Request request = Request.of("GET", location.object(key), headers, length);
    Answer answer = good(what, client.ask(what, request, Attempts.of(patience, length)));
    if (answer.status() != S3Client.PARTIAL || answer.body().length != length) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "Could not %s: the answer has status %d and %d bytes, expected 206 and %d. Use a server that knows ranges."
              .formatted(what, answer.status(), answer.body().length, length));
    }
    return answer.body();
  }

  /// Gives the whole content piece by piece: an interruption costs a piece.
  private void pieces(String key, Piece piece) throws IOException {
    long size = size(key);
    for (long at = 0; at < size; at += pieceBytes) {
      int length = (int) Math.min(pieceBytes, size - at);
      piece.take(ByteBuffer.wrap(range(key, at, length)));
    }
  }

  @Override
  public List<String> list(String prefix) {
    List<String> keys = new ArrayList<>();
    int skipped = location.name("").length();
    String next = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      S3Xml.Page found = page(prefix, next);
      for (String name : found.names()) {
        // Consoles keep folders as empty objects.
        if (!name.endsWith("/")) {
          keys.add(name.substring(skipped));
        }
      }
      String following = found.next();
      if (following == null) {
        Collections.sort(keys);
        return keys;
      }
      if (following.equals(next)) {
        throw unlisted(prefix, "its pages go round in a circle", null);
      }
      next = following;
    }
    throw unlisted(prefix, "it has more than %d pages".formatted(MAX_PAGES), null);
  }

  private S3Xml.Page page(String prefix, @Nullable String from) {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("list-type", "2");
    parameters.put("max-keys", Integer.toString(pageKeys));
    parameters.put("prefix", location.name(prefix));
    if (from != null) {
      parameters.put("continuation-token", from);
    }
    String what = "list " + prefix;
    Request request = Request.of("GET", location.bucket(parameters), Map.of(), MAX_PAGE_BYTES);
    Answer answer = good(what, client.ask(what, request, Attempts.of(patience, 0)));
    try {
      return S3Xml.page(answer.body());
    } catch (IOException e) {
      throw unlisted(prefix, String.valueOf(e.getMessage()), e);
    }
  }

  private TytoException unlisted(String prefix, String why, @Nullable Throwable cause) {
    return new TytoException(
        ErrorCode.STORE_FAILED,
        "Could not list '%s' in %s: %s. Check the store's server.".formatted(prefix, location, why),
        cause);
  }

  @Override
  public void delete(String key) {
    StoreKeys.require(key);
    Request request =
        Request.of("DELETE", location.object(key), Map.of(), S3Client.MAX_PROBLEM_BYTES);
    Answer answer = client.ask("delete " + key, request, Attempts.of(patience, 0));
    if (answer.status() != S3Client.NOT_FOUND) {
      good("delete " + key, answer);
    }
    copies.drop(key);
  }

  /// Nothing to do: the service shows only what it keeps.
  @Override
  public void settle(String folder) {}

  @Override
  public boolean exists(String key) {
    return head(key, Attempts.of(patience, 0)).isPresent();
  }

  private Optional<Answer> head(String key, Attempts attempts) {
    StoreKeys.require(key);
    Request request =
        Request.of("HEAD", location.object(key), Map.of(), S3Client.MAX_PROBLEM_BYTES);
    Answer answer = client.ask("look at " + key, request, attempts);
    return answer.status() == S3Client.NOT_FOUND
        ? Optional.empty()
        : Optional.of(good("look at " + key, answer));
  }

  private Answer existing(String key) {
    return head(key, Attempts.of(patience, 0))
        .orElseThrow(() ->
            new TytoException(ErrorCode.STORE_FAILED, "%s is not in %s".formatted(key, location)));
  }

  @Override
  public long size(String key) {
    return existing(key)
        .headers()
        .firstValueAsLong("content-length")
        .orElseThrow(() -> unnamed("length", key));
  }

  private TytoException unnamed(String what, String key) {
    return new TytoException(
        ErrorCode.STORE_FAILED,
        "The answer of %s does not tell the %s of %s. Use a server that does."
            .formatted(location, what, key));
  }

  @Override
  public String sha256(String key) {
    MessageDigest digest = S3Signer.sha256Digest();
    try {
      pieces(key, digest::update);
    } catch (IOException e) {
      throw DiskErrors.failed("read " + key, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public long modifiedMillis(String key) {
    return millis(existing(key), "last-modified", key);
  }

  /// By the date of an answer, in whole seconds as the times of objects are.
  @Override
  public long nowMillis() {
    Request request =
        Request.of("HEAD", location.bucket(Map.of()), Map.of(), S3Client.MAX_PROBLEM_BYTES);
    String what = "ask the clock of " + location;
    return millis(
        good(what, client.ask(what, request, Attempts.of(patience, 0))), "date", "the bucket");
  }

  private long millis(Answer answer, String header, String key) {
    String time = answer.headers().firstValue(header).orElseThrow(() -> unnamed(header, key));
    try {
      return ZonedDateTime.parse(time, DateTimeFormatter.RFC_1123_DATE_TIME)
          .toInstant()
          .toEpochMilli();
    } catch (DateTimeException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "%s of %s in %s is '%s', expected a time such as 'Sun, 22 Nov 2026 09:00:00 GMT'"
              .formatted(header, key, location, time),
          e);
    }
  }

  /// A copy, which may go when others take its room: open it at once.
  @Override
  public Path localFile(String key) {
    StoreKeys.require(key);
    return copies.of(key, file -> fetch(key, file));
  }

  @Override
  public boolean isRemote() {
    return true;
  }

  @Override
  public Path hold(String key, CopyHolder holder) {
    StoreKeys.require(key);
    return copies.hold(key, file -> fetch(key, file), holder);
  }

  @Override
  public void forget(String key) {
    copies.drop(key);
  }

  @Override
  public void forgetOthers(String folder, Set<String> keys) {
    copies.dropOthers(folder + "/", keys);
  }

  @Override
  public void makeRoom() {
    copies.makeRoom();
  }

  private void fetch(String key, Disk.File file) throws IOException {
    MessageDigest digest = S3Signer.sha256Digest();
    pieces(
        key,
        piece -> {
          digest.update(piece.duplicate());
          file.append(piece);
        });
    Matcher hashed = HASHED.matcher(key);
    String found = HexFormat.of().formatHex(digest.digest());
    if (hashed.matches() && !found.startsWith(hashed.group(1))) {
      throw new TytoException(
          ErrorCode.SEGMENT_CORRUPT,
          "%s in %s is damaged: expected a sha256 that begins with %s, found %s. Restore the object from a backup."
              .formatted(key, location, hashed.group(1), found));
    }
  }

  @Override
  public Path scratchFolder() {
    return copies.scratchFolder();
  }

  @Override
  public void clearScratch() {
    copies.clearScratch();
  }

  @Override
  public void probe() {
    String key = "probe/" + UUID.randomUUID();
    byte[] content = key.getBytes(StandardCharsets.UTF_8);
    boolean wasThere = get(key).isPresent();
    Put first = putIfAbsent(key, content);
    Put second = putIfAbsent(key, new byte[] {0});
    byte[] found = get(key).orElse(new byte[0]);
    boolean isListed = list(key).contains(key);
    delete(key);
    if (wasThere || first != Put.CREATED || second != Put.EXISTS) {
      throw unsuitable(
          "it does not refuse a second put of the same key under If-None-Match (first %s, second %s)"
              .formatted(first, second));
    }
    if (!Arrays.equals(found, content) || !isListed || exists(key)) {
      throw unsuitable("it does not show at once what was stored or deleted");
    }
  }

  private TytoException unsuitable(String reason) {
    return new TytoException(
        ErrorCode.STORE_UNSUITABLE,
        "%s cannot hold a store: %s. Two writers would both believe to have committed. Use Amazon S3, or a server with conditional puts."
            .formatted(location, reason));
  }

  private Answer good(String what, Answer answer) {
    if (!answer.isGood()) {
      throw refused(what, answer);
    }
    return answer;
  }

  private TytoException refused(String what, Answer answer) {
    if (answer.status() == S3Client.NOT_IMPLEMENTED && what.startsWith("store ")) {
      return unsuitable("it does not know If-None-Match (%s)".formatted(answer));
    }
    return new TytoException(
        ErrorCode.STORE_FAILED,
        "Could not %s: %s answered %s. %s"
            .formatted(what, location, answer, advice(answer.status(), answer.problem().code())));
  }

  private static String advice(int status, String code) {
    return switch (code) {
      case "NoSuchBucket" -> "Create the bucket, or correct its name.";
      case "RequestTimeTooSkewed" -> "Set the clock of this machine.";
      case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed" ->
          "Correct the region or the endpoint.";
      default ->
          status == 401 || status == 403
              ? "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that the key may list the bucket and get, put and delete its objects."
              : "Check the bucket, the endpoint and the server's log.";
    };
  }

  @Override
  public void close() {
    client.close();
    if (!areKept) {
      copies.dropAll();
    }
  }
}
