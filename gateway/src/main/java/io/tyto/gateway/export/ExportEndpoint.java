package io.tyto.gateway.export;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.Requests;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.bulk.BulkAnswer;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.bulk.BulkQuestion;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/// `POST /v1/collections/{name}/aggregate|table|records`: answers of any length, in the format that
/// `Accept` asks for, as fast as the client takes them or kept to be fetched later.
///
/// *Lifetime*: until {@link #close}, which ends what runs and deletes what is kept.
public final class ExportEndpoint implements AutoCloseable {
  private static final String TRAILER_COMPLETE = "Tyto-Complete";
  private static final String TRAILER_ROWS = "Tyto-Rows";

  private final Asking asking;
  private final Observatory observatory;
  private final ExportOptions options;
  private final int bodyBytes;
  private final HttpOptions http;
  private final Places places;
  private final Presence presence;
  private final KeptExports kept;

  /// @param bodyBytes largest body of a question
  /// @param recheck how often callers are looked up again while they are answered
  public ExportEndpoint(
      Asking asking,
      Observatory observatory,
      ExportOptions options,
      int bodyBytes,
      HttpOptions http,
      Duration recheck) {
    this.asking = asking;
    this.observatory = observatory;
    this.options = options;
    this.bodyBytes = bodyBytes;
    this.http = http;
    this.places =
        new Places(options.concurrency(), "come back later, or send Prefer: respond-async");
    this.presence = new Presence(asking::isStillValid, recheck);
    this.kept = new KeptExports(options, presence, observatory);
  }

  public List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/collections/([A-Za-z0-9_]{1,63})/(aggregate|table|records)",
            Audience.CALLERS,
            this::ask),
        Route.get(
            "/v1/exports/([0-9a-f]{32})",
            Audience.CALLERS,
            (request, caller, path) -> kept.status(request, caller, path.group(1))),
        Route.get(
            "/v1/exports/([0-9a-f]{32})/result",
            Audience.CALLERS,
            (request, caller, path) -> result(request, caller, path.group(1))),
        Route.delete(
            "/v1/exports/([0-9a-f]{32})",
            Audience.CALLERS,
            (request, caller, path) -> kept.delete(request, caller, path.group(1))));
  }

  /// What a request asks for, as far as its head says.
  ///
  /// @param isKept whether the result is to be fetched later
  /// @param takesTrailers RFC 9110 has them sent to nobody else, and some clients stumble over them
  private record Asked(
      String collection,
      BulkKind kind,
      Format format,
      boolean keepsFormulas,
      boolean isKept,
      boolean takesTrailers) {
    /// As the audit log and the list of what runs name it.
    String path() {
      return collection + "/" + kind.word();
    }
  }

  private void ask(HttpServerRequest request, Caller caller, Matcher path) {
    Asked asked =
        new Asked(
            path.group(1),
            BulkKind.valueOf(path.group(2).toUpperCase(Locale.ROOT)),
            Format.of(request),
            keepsFormulas(request),
            says(request, "Prefer", "respond-async"),
            says(request, "TE", "trailers"));
    Bodies.requireJson(
        request,
        asked.kind() == BulkKind.RECORDS
            ? "{\"range\": {\"last\": \"P1D\"}}"
            : "{\"input\": {\"range\": {\"last\": \"P1D\"}}, \"measures\": [{\"count\": true}]}");
    asking.requireUntrusted(caller);
    Context loop = Objects.requireNonNull(Vertx.currentContext(), "called on an event loop");
    Places.Place place = asked.isKept() ? kept.place(caller) : places.of(caller);
    QueryContext query = asking.newContext(caller, options.timeout(), place::before);
    if (!asked.isKept()) {
      Requests.ifGone(query::cancel);
    }
    Bodies.read(request, bodyBytes, http, "http.queryBytes")
        .whenComplete((body, failure) -> {
          if (body == null) {
            Replies.failure(
                request, failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Replies.onVirtualThread(
                request, () -> answer(request, loop, query, place, asked, body));
          }
        });
  }

  private static boolean keepsFormulas(HttpServerRequest request) {
    String formulas = request.getParam("formulas", "escape");
    return switch (formulas) {
      case "escape" -> false;
      case "keep" -> true;
      default ->
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "formulas=" + formulas + ": expected escape, or keep for texts as they are");
    };
  }

  /// Whether a list in a header has a word.
  private static boolean says(HttpServerRequest request, String header, String word) {
    return request.headers().getAll(header).stream()
        .flatMap(list -> List.of(list.split(",")).stream())
        .map(element -> element.split(";")[0].strip())
        .anyMatch(word::equalsIgnoreCase);
  }

  private void answer(
      HttpServerRequest request,
      Context loop,
      QueryContext query,
      Places.Place place,
      Asked asked,
      byte[] body) {
    GraphQlApi api = asking.api(query.caller());
    BulkQuestion question;
    try {
      question = api.bulk(asked.kind(), asked.collection(), arguments(body));
    } catch (TytoException e) {
      observatory.refusedExport(asked.path(), query, e.code());
      throw e;
    }
    if (asked.isKept()) {
      keep(request, asked, new KeptExports.Work(api, question, query, place));
      return;
    }
    place.take();
    try (place;
        Presence.Stay _ = presence.of(query.caller(), query::cancel)) {
      observatory.export(
          asked.path(), query, () -> stream(request, loop, asked, api, question, query));
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> arguments(byte[] body) {
    if (JsonText.parse(body) instanceof Map<?, ?> map) {
      // SAFETY: JsonText makes string keys.
      return (Map<String, @Nullable Object>) map;
    }
    throw new TytoException(ErrorCode.BAD_JSON, "expected one JSON object with the arguments");
  }

  private void keep(HttpServerRequest request, Asked asked, KeptExports.Work work) {
    String id =
        kept.begin(
            work,
            asked.path(),
            asked.collection(),
            asked.kind(),
            asked.format(),
            asked.keepsFormulas());
    request
        .response()
        .putHeader("Location", "/v1/exports/" + id)
        .putHeader("Preference-Applied", "respond-async");
    Replies.json(request, 202, kept.describe(id, work.query().caller()));
  }

  /// Codes of errors that the reader was told.
  private List<String> stream(
      HttpServerRequest request,
      Context loop,
      Asked asked,
      GraphQlApi api,
      BulkQuestion question,
      QueryContext query) {
    HttpServerResponse response = request.response();
    try (BulkAnswer answer = api.ask(question, query)) {
      // What is wrong with a question mostly shows before its first rows.
      BulkRows first = answer.next();
      ResponseOutput out =
          new ResponseOutput(
              response, loop, query, options.stall(), () -> head(response, asked, query));
      RowsWriter writer =
          asked.format().writer(asked.kind(), question.columns(), out, asked.keepsFormulas());
      return stream(asked, answer, first, writer, out, query);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> stream(
      Asked asked,
      BulkAnswer answer,
      @Nullable BulkRows first,
      RowsWriter writer,
      ResponseOutput out,
      QueryContext query)
      throws IOException {
    try {
      long rows = Exporting.write(answer, first, writer, query);
      out.finish(
          asked.takesTrailers()
              ? Map.of(TRAILER_COMPLETE, "true", TRAILER_ROWS, Long.toString(rows))
              : Map.of());
      return List.of();
    } catch (RuntimeException | Error e) {
      if (!out.isBegun()) {
        throw e;
      }
      TytoException told = Replies.told(e);
      if (!out.isBroken()) {
        writer.fail(Replies.errors(told));
      }
      out.abort();
      return List.of(told.code().name());
    }
  }

  /// Of the result of an export that lies here: who fetches it is noted too.
  private void result(HttpServerRequest request, Caller caller, String id) {
    kept.result(
        request,
        caller,
        id,
        path ->
            observatory
                .audit()
                .submit(
                    new AuditLog.Entry(
                        caller.id(), "export.fetch", path + "/" + id, "ok", Map.of(), false)));
  }

  private static void head(HttpServerResponse response, Asked asked, QueryContext query) {
    response
        .setStatusCode(200)
        .setChunked(true)
        .putHeader("Content-Type", asked.format().contentType())
        .putHeader("Cache-Control", "no-store")
        .putHeader("Tyto-Query-Id", query.queryId());
    if (asked.takesTrailers()) {
      response.putHeader("Trailer", TRAILER_COMPLETE + ", " + TRAILER_ROWS);
    }
    if (asked.format() != Format.JSON) {
      response.putHeader(
          "Content-Disposition",
          "attachment; filename=\"%s.%s\""
              .formatted(asked.collection(), asked.format().extension()));
    }
  }

  @Override
  public void close() {
    kept.close();
    presence.close();
  }
}
