package io.tyto.server.cli;

import io.tyto.engine.LocalQueryService;
import io.tyto.ingest.LocalDeadLetters;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.Letter;
import io.tyto.model.port.DeadLetterService.Obstacle;
import io.tyto.model.port.DeadLetterService.Page;
import io.tyto.model.port.DeadLetterService.Reason;
import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import io.tyto.model.query.QueryContext;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Settings;
import io.tyto.store.DataLock;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto dead-letters`: through the running server, or on the folder where none runs.
@Command(
    name = "dead-letters",
    description = "Shows records that did not fit their collection, and replays them.",
    synopsisSubcommandLabel = "COMMAND")
final class DeadLettersCommand implements Runnable {
  private static final int PAGE = 500;
  private static final int REPLAY_AT_ONCE = 100_000;
  private static final int SHOWN_ERRORS = 10;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// Which letters, and where they are.
  private static final class Choice {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);

    @Option(names = "--code", paramLabel = "CODE", description = "only letters of this reason")
    private @Nullable String code;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "only those that arrived then or later: 2026-11-21T00:00:00Z, or PT2H ago")
    private @Nullable String since;

    @Option(names = "--json", description = "print JSON, one object a line")
    private boolean isJson;

    Interval received() {
      return new Interval(since == null ? null : instant(since), null);
    }

    private static Instant instant(String text) {
      try {
        return text.startsWith("P")
            ? Clock.systemUTC().instant().minus(Duration.parse(text))
            : OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "--since %s: expected a time such as 2026-11-21T00:00:00Z or a duration such as PT2H"
                .formatted(text),
            e);
      }
    }

    int with(ToIntFunction<DeadLetterService> work) {
      Settings settings = flags.resolve();
      StatusCommand.requireData(settings);
      Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
      if (holder.isPresent() && !holder.get().address().isEmpty()) {
        return work.applyAsInt(new RemoteDeadLetters(new RunningServer(holder.get())));
      }
      try (LocalNode node = TytoServer.openNode(settings, Clock.systemUTC());
          LocalQueryService queries = TytoServer.openQueries(node, settings)) {
        return work.applyAsInt(
            new LocalDeadLetters(node, queries.over(LocalDeadLetters.snapshots(node))));
      }
    }

    static QueryContext context() {
      return new QueryContext(
          "dead-letters", Duration.ofMinutes(5), Runtime.getRuntime().maxMemory() / 4);
    }
  }

  @Command(name = "list", description = "Lists letters of a collection, the newest first.")
  int list(
      @Mixin Choice choice,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Option(
              names = "--limit",
              paramLabel = "NUMBER",
              defaultValue = "50",
              description = "the most letters (default: 50)")
          int limit) {
    PrintWriter out = spec.commandLine().getOut();
    return choice.with(letters -> {
      long left = limit;
      String after = null;
      long total = 0;
      boolean isFirst = true;
      while (left > 0) {
        Page page =
            letters.letters(
                new DeadLetterService.Query(
                    collection,
                    choice.code,
                    null,
                    choice.received(),
                    (int) Math.min(left, PAGE),
                    after,
                    isFirst),
                Choice.context());
        total = page.totalCount() == null ? total : page.totalCount();
        page.letters().forEach(letter -> print(out, letter, choice.isJson));
        left -= page.letters().size();
        isFirst = false;
        if (!page.hasNextPage()) {
          break;
        }
        after = page.cursors().getLast();
      }
      if (!choice.isJson) {
        out.printf("%,d letters%n", total);
      }
      return 0;
    });
  }

  @Command(
      name = "reasons",
      description = "Counts letters by reason, of all collections or of one.")
  int reasons(
      @Mixin Choice choice,
      @Parameters(index = "0", arity = "0..1", paramLabel = "COLLECTION")
          @Nullable String collection) {
    PrintWriter out = spec.commandLine().getOut();
    return choice.with(letters -> {
      List<Reason> reasons = letters.reasons(collection, choice.received(), Choice.context());
      for (Reason reason : reasons) {
        if (choice.code != null && !choice.code.equals(reason.code())) {
          continue;
        }
        if (choice.isJson) {
          out.println(Json.write(map(reason)));
        } else {
          out.printf(
              "%,12d  %s  %s%s  %s .. %s%n              %s%n",
              reason.count(),
              reason.collection(),
              reason.code(),
              reason.field() == null ? "" : " " + reason.field(),
              reason.firstSeen(),
              reason.lastSeen(),
              reason.example());
        }
      }
      return 0;
    });
  }

  @Command(name = "show", description = "Shows one letter whole.")
  int show(
      @Mixin Choice choice,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Parameters(index = "1", paramLabel = "ID", description = "as list prints it") String id) {
    PrintWriter out = spec.commandLine().getOut();
    return choice.with(letters -> {
      String after = null;
      while (true) {
        Page page =
            letters.letters(
                new DeadLetterService.Query(
                    collection, choice.code, null, choice.received(), PAGE, after, false),
                Choice.context());
        for (Letter letter : page.letters()) {
          if (letter.id().equals(id)) {
            map(letter).forEach((name, value) -> out.printf("%-16s %s%n", name, value));
            return 0;
          }
        }
        if (!page.hasNextPage()) {
          throw new TytoException(
              ErrorCode.NOT_FOUND,
              "no dead letter of %s has the id %s; it may be replayed or expired"
                  .formatted(collection, id));
        }
        after = page.cursors().getLast();
      }
    });
  }

  @Command(
      name = "replay",
      description =
          "Reads the records of letters again, as the config says now. Those that fit become rows,"
              + " each once however often this is run; the others stay.")
  int replay(
      @Mixin Choice choice,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Option(names = "--id", paramLabel = "ID", description = "only this letter; may be repeated")
          @Nullable List<String> ids,
      @Option(
              names = "--limit",
              paramLabel = "NUMBER",
              defaultValue = "" + REPLAY_AT_ONCE,
              description = "the most letters that become rows (default: " + REPLAY_AT_ONCE + ")")
          int limit) {
    PrintWriter out = spec.commandLine().getOut();
    return choice.with(letters -> {
      ReplayResult result =
          letters.replay(
              new ReplayRequest(
                  collection, ids == null ? List.of() : ids, choice.code, choice.received(), limit),
              Caller.SYSTEM);
      if (choice.isJson) {
        out.println(Json.write(map(result)));
      } else {
        out.printf(
            "%,d letters are rows now, %,d were duplicates, %,d stay%n",
            result.replayed(), result.duplicates(), result.stillFailing());
        for (ReplayError error :
            result.errors().subList(0, Math.min(SHOWN_ERRORS, result.errors().size()))) {
          out.printf(
              "  %s%s%s [%s]%n",
              error.id() == null ? "" : error.id() + ": ",
              error.field() == null ? "" : error.field() + ": ",
              error.message(),
              error.code());
        }
      }
      boolean isBroken = result.errors().stream().anyMatch(error -> error.id() == null);
      return isBroken ? 1 : result.stillFailing() > 0 ? 3 : 0;
    });
  }

  private static void print(PrintWriter out, Letter letter, boolean isJson) {
    if (isJson) {
      out.println(Json.write(map(letter)));
      return;
    }
    out.printf(
        "%s  %s%s  %s%n    %s  from %s at %d%n",
        letter.receivedAt(),
        letter.code(),
        letter.field() == null ? "" : " " + letter.field(),
        letter.id(),
        letter.message(),
        letter.partition() == null
            ? letter.source()
            : letter.source() + " partition " + letter.partition(),
        letter.offset());
    Obstacle obstacle = letter.obstacle();
    if (obstacle != null) {
      out.printf("    not replayable (%s): %s%n", obstacle.code(), obstacle.message());
    }
  }

  private static Map<String, Object> map(Letter letter) {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "id", letter.id());
    put(map, "collection", letter.collection());
    put(map, "receivedAt", letter.receivedAt());
    put(map, "code", letter.code());
    put(map, "field", letter.field());
    put(map, "message", letter.message());
    put(map, "source", letter.source());
    put(map, "topic", letter.topic());
    put(map, "partition", letter.partition());
    put(map, "offset", letter.offset());
    put(map, "payload", letter.payload());
    put(map, "payloadBase64", letter.isPayloadBase64());
    put(map, "withheld", letter.isWithheld());
    put(map, "size", letter.sizeBytes());
    put(map, "key", letter.key());
    put(map, "keyBase64", letter.isKeyBase64());
    put(map, "configVersion", letter.configVersion());
    put(map, "replayable", letter.isReplayable());
    Obstacle obstacle = letter.obstacle();
    put(map, "obstacle", obstacle == null ? null : obstacle.code());
    put(map, "obstacleMessage", obstacle == null ? null : obstacle.message());
    return map;
  }

  private static Map<String, Object> map(Reason reason) {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "collection", reason.collection());
    put(map, "code", reason.code());
    put(map, "field", reason.field());
    put(map, "count", reason.count());
    put(map, "firstSeen", reason.firstSeen());
    put(map, "lastSeen", reason.lastSeen());
    put(map, "example", reason.example());
    return map;
  }

  private static Map<String, Object> map(ReplayResult result) {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "replayed", result.replayed());
    put(map, "duplicates", result.duplicates());
    put(map, "stillFailing", result.stillFailing());
    put(
        map,
        "errors",
        result.errors().stream()
            .map(error -> {
              Map<String, Object> one = new LinkedHashMap<>();
              put(one, "id", error.id());
              put(one, "code", error.code());
              put(one, "field", error.field());
              put(one, "message", error.message());
              return one;
            })
            .toList());
    return map;
  }

  private static void put(Map<String, Object> map, String name, @Nullable Object value) {
    if (value != null) {
      map.put(name, value);
    }
  }
}
