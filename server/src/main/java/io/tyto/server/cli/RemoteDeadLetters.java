package io.tyto.server.cli;

import io.tyto.model.access.Caller;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.query.QueryContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The dead letters of a running server, asked for in GraphQL like anybody's.
final class RemoteDeadLetters implements DeadLetterService {
  private static final String LETTERS =
      """
      query($collection: ID!, $where: DeadLetterFilter, $first: Int, $after: String) {
        deadLetters(collection: $collection, where: $where, first: $first, after: $after) {
          %s
          pageInfo { hasNextPage hasPreviousPage }
          edges { cursor node {
            id collection receivedAt code field message source topic partition offset payload
            payloadBase64 withheld size key keyBase64 configVersion obstacle obstacleMessage } }
        }
      }
      """;
  private static final String REASONS =
      """
      query($collection: ID, $since: DateTime, $until: DateTime) {
        deadLetterReasons(collection: $collection, since: $since, until: $until) {
          collection code field count firstSeen lastSeen example }
      }
      """;
  private static final String REPLAY =
      """
      mutation($collection: ID!, $ids: [ID!], $code: String, $since: DateTime, $until: DateTime, $limit: Int) {
        replayDeadLetters(collection: $collection, ids: $ids, code: $code, since: $since, until: $until, limit: $limit) {
          replayed duplicates stillFailing errors { id code field message } }
      }
      """;

  private final RunningServer server;

  RemoteDeadLetters(RunningServer server) {
    this.server = server;
  }

  @Override
  public Page letters(Query query, QueryContext context) {
    Map<String, Object> where = new LinkedHashMap<>();
    put(where, "code", query.code());
    put(where, "field", query.field());
    put(where, query.received());
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("collection", query.collection());
    variables.put("where", where);
    variables.put("first", query.first());
    put(variables, "after", query.after());
    Json.Node page =
        server
            .graphQl(LETTERS.formatted(query.wantsTotal() ? "totalCount" : ""), variables)
            .get("data")
            .get("deadLetters");
    List<Letter> letters = new ArrayList<>();
    List<String> cursors = new ArrayList<>();
    for (Json.Node edge : page.get("edges").elements()) {
      cursors.add(edge.get("cursor").text());
      letters.add(letter(edge.get("node")));
    }
    return new Page(
        letters,
        cursors,
        page.get("pageInfo").get("hasNextPage").isTrue(),
        page.get("pageInfo").get("hasPreviousPage").isTrue(),
        query.wantsTotal() ? longNumber(page.get("totalCount")) : null);
  }

  @Override
  public List<Reason> reasons(
      @Nullable String collection, Interval received, QueryContext context) {
    Map<String, Object> variables = new LinkedHashMap<>();
    put(variables, "collection", collection);
    put(variables, received);
    List<Reason> reasons = new ArrayList<>();
    for (Json.Node one :
        server.graphQl(REASONS, variables).get("data").get("deadLetterReasons").elements()) {
      reasons.add(
          new Reason(
              one.get("collection").text(),
              one.get("code").text(),
              one.get("field").textOrNull(),
              longNumber(one.get("count")),
              Instant.parse(one.get("firstSeen").text()),
              Instant.parse(one.get("lastSeen").text()),
              one.get("example").text()));
    }
    return reasons;
  }

  @Override
  public ReplayResult replay(ReplayRequest request, Caller caller) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("collection", request.collection());
    if (!request.ids().isEmpty()) {
      variables.put("ids", request.ids());
    }
    put(variables, "code", request.code());
    put(variables, request.received());
    variables.put("limit", request.limit());
    Json.Node result = server.graphQl(REPLAY, variables).get("data").get("replayDeadLetters");
    List<ReplayError> errors = new ArrayList<>();
    for (Json.Node one : result.get("errors").elements()) {
      errors.add(
          new ReplayError(
              one.get("id").textOrNull(),
              one.get("code").text(),
              one.get("field").textOrNull(),
              one.get("message").text()));
    }
    return new ReplayResult(
        longNumber(result.get("replayed")),
        longNumber(result.get("duplicates")),
        longNumber(result.get("stillFailing")),
        errors);
  }

  private static Letter letter(Json.Node node) {
    Json.Node partition = node.get("partition");
    Json.Node size = node.get("size");
    Json.Node version = node.get("configVersion");
    return new Letter(
        node.get("id").text(),
        node.get("collection").text(),
        Instant.parse(node.get("receivedAt").text()),
        node.get("code").text(),
        node.get("field").textOrNull(),
        node.get("message").text(),
        node.get("source").text(),
        node.get("topic").textOrNull(),
        partition.isMissing() ? null : (int) partition.number(),
        longNumber(node.get("offset")),
        node.get("payload").textOrNull(),
        node.get("payloadBase64").isTrue(),
        node.get("withheld").isTrue(),
        size.isMissing() ? null : longNumber(size),
        node.get("key").textOrNull(),
        node.get("keyBase64").isTrue(),
        version.isMissing() ? null : (int) version.number(),
        obstacle(node.get("obstacle").textOrNull(), node.get("obstacleMessage").textOrNull()));
  }

  private static @Nullable Obstacle obstacle(@Nullable String code, @Nullable String message) {
    return code == null || message == null ? null : new Obstacle(code, message);
  }

  /// Beyond 2^53 a Long is a string.
  private static long longNumber(Json.Node node) {
    return Long.parseLong(node.text());
  }

  private static void put(Map<String, Object> variables, Interval received) {
    put(variables, "since", received.since());
    put(variables, "until", received.until());
  }

  private static void put(Map<String, Object> variables, String name, @Nullable Object value) {
    if (value != null) {
      variables.put(name, value);
    }
  }
}
