package io.tyto.graphqlschema;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.EventText;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.schema.ApiEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.port.IngestService.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The mutation that takes events of one collection.
final class IngestMutation implements DataFetcher<Object> {
  /// Events of one mutation; more are sent by HTTP, where they need not be parsed as a document.
  private static final int MAX_EVENTS = 10_000;

  private final ApiEvent event;
  private final IngestService ingest;

  IngestMutation(ApiEvent event, IngestService ingest) {
    this.event = event;
    this.ingest = ingest;
  }

  @Override
  public Object get(DataFetchingEnvironment environment) {
    Map<String, @Nullable Object> given = new LinkedHashMap<>(environment.getArguments());
    InputObject arguments = InputObject.of("Mutation." + event.field(), given);
    List<InputObject> events = arguments.objects("events", event.typeName());
    if (events.size() > MAX_EVENTS) {
      throw arguments.error(
          ErrorCode.LIMIT_TOO_LARGE,
          "events",
          "%,d are given, at most %,d".formatted(events.size(), MAX_EVENTS));
    }
    Operation operation = Operation.in(environment.getGraphQlContext());
    byte[] body = EventText.write(event, events).getBytes(StandardCharsets.UTF_8);
    IngestResult result =
        await(
            ingest.ingest(
                event.collection().name(),
                body,
                operation.caller(),
                arguments.has("idempotencyKey") ? arguments.text("idempotencyKey") : null),
            operation.remainingNanos());
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("accepted", result.accepted());
    payload.put("duplicates", result.duplicates());
    payload.put("rejected", result.rejected().stream().map(IngestMutation::rejected).toList());
    return new Payload(payload);
  }

  private static Payload rejected(Rejected one) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("index", one.index());
    members.put("field", one.field());
    members.put("code", one.code());
    members.put("message", one.message());
    return new Payload(members);
  }

  private static IngestResult await(CompletableFuture<IngestResult> taken, long nanos) {
    try {
      return taken.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TytoException known
          ? known
          : new TytoException(ErrorCode.INTERNAL, "events were not taken: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new TytoException(
          ErrorCode.QUERY_TIMEOUT,
          "the events are not known to be durable within the operation's time, and may be yet: send"
              + " them again, each with its id, or all under the same idempotencyKey",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "the operation was cancelled", e);
    }
  }
}
