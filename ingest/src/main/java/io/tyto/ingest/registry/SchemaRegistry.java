package io.tyto.ingest.registry;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Schemas by the ids that stand in records, from a registry with Confluent's API.
///
/// A registry that does not answer is an outage: every call fails with LOG_UNAVAILABLE after {@link
/// #DEADLINE}, having tried {@link #ATTEMPTS} times, and nothing is concluded from it, nor from a
/// 404 that is not the registry's. An id that the registry does not know is an answer. Thread-safe;
/// schemas are kept, as an id never changes its meaning.
public final class SchemaRegistry {
  /// The longest that a call takes.
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  static final int ATTEMPTS = 4;
  static final int MAX_CACHED = 1_000;

  /// How long an id that is not known is not asked for again: it may be registered meanwhile.
  static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final Duration ATTEMPT = Duration.ofSeconds(4);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final int MAX_REPLY_BYTES = 4 << 20;
  private static final int MAX_REFERENCES = 256;
  private static final int NOT_FOUND = 404;
  private static final int OK = 200;

  private final String url;

  /// Behind every path.
  private final String query;

  private final HttpClient client;

  /// What is known by id, the eldest first; guarded by itself.
  private final Map<Integer, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
          return size() > MAX_CACHED;
        }
      };

  /// @param schema null where the registry did not know the id
  private record Known(@Nullable Registered schema, long atNanos) {}

  /// A schema as it was registered.
  ///
  /// @param type `AVRO`, `PROTOBUF` or `JSON`
  /// @param references what it refers to, those referred to first
  public record Registered(String type, String text, List<Reference> references) {}

  /// @param name by which the schema refers to it
  public record Reference(String name, String text) {}

  /// @param url of the registry; IllegalArgumentException where it is none
  public SchemaRegistry(String url) {
    this(url, "");
  }

  /// Asks for schemas of Protocol Buffers as descriptors in Base64, so that nobody needs to parse
  /// their language.
  public static SchemaRegistry ofSerialized(String url) {
    return new SchemaRegistry(url, "?format=serialized");
  }

  private SchemaRegistry(String url, String query) {
    this.query = query;
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    URI uri = URI.create(url);
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw new IllegalArgumentException("'%s' is no http or https URL".formatted(url));
    }
    client =
        HttpClient.newBuilder()
            .connectTimeout(ATTEMPT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /// The schema of an id, or null where the registry does not know it. LOG_UNAVAILABLE.
  public @Nullable Registered find(int id) {
    synchronized (known) {
      Known cached = known.get(id);
      if (cached != null
          && (cached.schema() != null || System.nanoTime() - cached.atNanos() < UNKNOWN_NANOS)) {
        return cached.schema();
      }
    }
    long end = System.nanoTime() + DEADLINE.toNanos();
    RegistryReply reply = get("/schemas/ids/" + id, end);
    Registered schema = null;
    if (reply != null) {
      Map<String, Reference> references = new LinkedHashMap<>();
      addReferences(reply, references, end);
      schema =
          new Registered(reply.schemaType(), reply.schema(), new ArrayList<>(references.values()));
    }
    synchronized (known) {
      known.put(id, new Known(schema, System.nanoTime()));
    }
    return schema;
  }

  /// Those that others refer to come before them.
  private void addReferences(RegistryReply reply, Map<String, Reference> references, long end) {
    for (RegistryReply.Reference reference : reply.references()) {
      if (references.containsKey(reference.name())) {
        continue;
      }
      if (references.size() >= MAX_REFERENCES) {
        throw unavailable("a schema refers to more than " + MAX_REFERENCES + " others", null);
      }
      String path =
          "/subjects/%s/versions/%d"
              .formatted(
                  URLEncoder.encode(reference.subject(), StandardCharsets.UTF_8)
                      .replace("+", "%20"),
                  reference.version());
      RegistryReply found = get(path, end);
      if (found == null) {
        throw unavailable("it refers to %s, which is not there".formatted(path), null);
      }
      // Noted before its own references, so that a circle ends; moved behind them afterwards.
      references.put(reference.name(), new Reference(reference.name(), found.schema()));
      addReferences(found, references, end);
      Reference own = references.remove(reference.name());
      if (own != null) {
        references.put(reference.name(), own);
      }
    }
  }

  /// The reply, or null where the registry itself says that it does not know. Any other 404 is a
  /// proxy's, or of a server at another path.
  private @Nullable RegistryReply get(String path, long end) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path + query))
            .header("Accept", "application/vnd.schemaregistry.v1+json, application/json")
            .timeout(ATTEMPT)
            .build();
    String fault = "";
    Throwable cause = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long left = end - System.nanoTime();
      if (left <= 0 || attempt > 0 && !pause(attempt, left)) {
        break;
      }
      try {
        HttpResponse<byte[]> response = send(request, Math.min(left, ATTEMPT.toNanos()));
        if (response.statusCode() == OK) {
          return RegistryReply.parse(response.body());
        }
        if (response.statusCode() == NOT_FOUND && RegistryReply.isUnknown(response.body())) {
          return null;
        }
        fault = "it answers " + response.statusCode();
      } catch (IOException e) {
        fault = String.valueOf(e.getMessage());
        cause = e;
      }
    }
    throw unavailable(path + ": " + fault, cause);
  }

  /// The whole of a reply, its body too, within the time.
  private HttpResponse<byte[]> send(HttpRequest request, long nanos) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> reply =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_REPLY_BYTES));
    try {
      return reply.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      reply.cancel(true);
      throw new IOException("no answer in time", e);
    } catch (InterruptedException e) {
      reply.cancel(true);
      throw interrupted(e);
    }
  }

  /// Waits longer each time; false where the deadline comes first.
  private boolean pause(int attempt, long leftNanos) {
    long millis = FIRST_PAUSE_MILLIS << 2 * (attempt - 1);
    if (TimeUnit.MILLISECONDS.toNanos(millis) >= leftNanos) {
      return false;
    }
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private TytoException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return unavailable("interrupted", e);
  }

  private TytoException unavailable(String fault, @Nullable Throwable cause) {
    return new TytoException(
        ErrorCode.LOG_UNAVAILABLE,
        "the schema registry at %s cannot be read: %s. Events wait until it can"
            .formatted(url, fault),
        cause);
  }
}
