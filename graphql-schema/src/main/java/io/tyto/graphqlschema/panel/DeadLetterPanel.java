package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.Letter;
import io.tyto.model.port.DeadLetterService.Page;
import io.tyto.model.port.DeadLetterService.Query;
import io.tyto.model.port.DeadLetterService.Reason;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The root fields `deadLetters` and `deadLetterReasons`.
final class DeadLetterPanel {
  private static final int DEFAULT_FIRST = 50;

  private DeadLetterPanel() {}

  static Panel letters(
      ExecutableNormalizedField field, DeadLetterService letters, QueryLimits limits) {
    boolean[] wantsTotal = {false};
    ObjectShape<Page> shape = ObjectShape.of(field, part -> part(part, wantsTotal));
    InputObject arguments = Scope.arguments(field);
    InputObject where =
        arguments.has("where") ? arguments.object("where", "DeadLetterFilter") : null;
    Query query =
        new Query(
            arguments.text("collection"),
            where == null ? null : textOrNull(where, "code"),
            where == null ? null : textOrNull(where, "field"),
            where == null ? Interval.ALL : interval(where),
            Scope.count(arguments, "first", DEFAULT_FIRST, limits.maxRecords()),
            textOrNull(arguments, "after"),
            wantsTotal[0]);
    return (_, context) -> new Panel.Answer(shape.read(letters.letters(query, context)), null);
  }

  static Panel reasons(ExecutableNormalizedField field, DeadLetterService letters) {
    ObjectShape<Reason> shape = ObjectShape.of(field, DeadLetterPanel::reason);
    InputObject arguments = Scope.arguments(field);
    String collection = textOrNull(arguments, "collection");
    Interval received = interval(arguments);
    return (_, context) ->
        new Panel.Answer(shape.readEach(letters.reasons(collection, received, context)), null);
  }

  private static Interval interval(InputObject holder) {
    return new Interval(
        holder.has("since") ? (Instant) holder.require("since") : null,
        holder.has("until") ? (Instant) holder.require("until") : null);
  }

  private static @Nullable String textOrNull(InputObject holder, String name) {
    return holder.has(name) ? holder.text(name) : null;
  }

  private static Cell<Page> part(ExecutableNormalizedField part, boolean[] wantsTotal) {
    return switch (part.getName()) {
      case "edges" -> {
        ObjectShape<Page> edge = ObjectShape.of(part, DeadLetterPanel::edge);
        yield Cell.of(page -> edge.readAll(page, page.letters().size()));
      }
      case "nodes" -> {
        ObjectShape<Letter> node = ObjectShape.of(part, DeadLetterPanel::letter);
        yield Cell.of(page -> node.readEach(page.letters()));
      }
      case "pageInfo" -> {
        ObjectShape<Shapes.Page> info = Shapes.page(part);
        yield Cell.of(page -> info.read(info(page)));
      }
      case "totalCount" -> {
        wantsTotal[0] = true;
        yield Cell.of(page -> Formats.longNumber(Objects.requireNonNull(page.totalCount())));
      }
      default -> throw Shapes.unknown(part);
    };
  }

  private static Cell<Page> edge(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "cursor" -> (page, row) -> page.cursors().get(row);
      case "node" -> {
        ObjectShape<Letter> node = ObjectShape.of(member, DeadLetterPanel::letter);
        yield (page, row) -> node.read(page.letters().get(row));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Shapes.Page info(Page page) {
    boolean isEmpty = page.cursors().isEmpty();
    return new Shapes.Page(
        page.hasNextPage(),
        page.hasPreviousPage(),
        isEmpty ? null : page.cursors().getFirst(),
        isEmpty ? null : page.cursors().getLast());
  }

  private static Cell<Letter> letter(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "id" -> Letter::id;
          case "collection" -> Letter::collection;
          case "receivedAt" -> of -> Formats.time(of.receivedAt());
          case "code" -> Letter::code;
          case "field" -> Letter::field;
          case "message" -> Letter::message;
          case "source" -> Letter::source;
          case "topic" -> Letter::topic;
          case "partition" -> Letter::partition;
          case "offset" -> of -> Formats.longNumber(of.offset());
          case "payload" -> Letter::payload;
          case "payloadBase64" -> Letter::isPayloadBase64;
          case "withheld" -> Letter::isWithheld;
          case "size" -> of -> of.sizeBytes() == null ? null : Formats.longNumber(of.sizeBytes());
          case "key" -> Letter::key;
          case "keyBase64" -> Letter::isKeyBase64;
          case "configVersion" -> Letter::configVersion;
          case "replayable" -> Letter::isReplayable;
          case "obstacle" -> of -> of.obstacle() == null ? null : of.obstacle().code();
          case "obstacleMessage" -> of -> of.obstacle() == null ? null : of.obstacle().message();
          default -> throw Shapes.unknown(member);
        });
  }

  private static Cell<Reason> reason(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "collection" -> Reason::collection;
          case "code" -> Reason::code;
          case "field" -> Reason::field;
          case "count" -> of -> Formats.longNumber(of.count());
          case "firstSeen" -> of -> Formats.time(of.firstSeen());
          case "lastSeen" -> of -> Formats.time(of.lastSeen());
          case "example" -> Reason::example;
          default -> throw Shapes.unknown(member);
        });
  }
}
