package io.tyto.graphqlschema;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The mutation `replayDeadLetters`.
final class ReplayFetcher implements DataFetcher<Object> {
  /// Where it is null: the schema's own default is for a missing one.
  private static final int DEFAULT_LIMIT = 10_000;

  private final DeadLetterService letters;

  ReplayFetcher(DeadLetterService letters) {
    this.letters = letters;
  }

  @Override
  public Object get(DataFetchingEnvironment environment) {
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>(environment.getArguments());
    List<String> ids = new ArrayList<>();
    if (arguments.get("ids") instanceof List<?> given) {
      given.forEach(id -> ids.add(String.valueOf(id)));
    }
    ReplayResult result =
        letters.replay(
            new ReplayRequest(
                String.valueOf(arguments.get("collection")),
                ids,
                (String) arguments.get("code"),
                new Interval((Instant) arguments.get("since"), (Instant) arguments.get("until")),
                arguments.get("limit") instanceof Integer limit ? limit : DEFAULT_LIMIT),
            Operation.in(environment.getGraphQlContext()).caller());
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("replayed", Formats.longNumber(result.replayed()));
    payload.put("duplicates", Formats.longNumber(result.duplicates()));
    payload.put("stillFailing", Formats.longNumber(result.stillFailing()));
    payload.put("errors", result.errors().stream().map(ReplayFetcher::error).toList());
    return new Payload(payload);
  }

  private static Payload error(ReplayError error) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("id", error.id());
    map.put("code", error.code());
    map.put("field", error.field());
    map.put("message", error.message());
    return new Payload(map);
  }
}
