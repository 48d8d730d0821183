package io.tyto.server.cli;

import io.tyto.ingest.key.KeyFolder;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.DataLock;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto keys`: the API keys of a data folder, through the server that holds it or without one.
@Command(
    name = "keys",
    description = "Makes, lists, rotates and revokes API keys.",
    subcommands = {
      KeysCommand.Create.class,
      KeysCommand.Show.class,
      KeysCommand.Rotate.class,
      KeysCommand.Revoke.class
    })
final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// Works on the keys wherever they are.
  private static <T> T with(SettingFlags flags, Function<KeyService, T> work) {
    Settings settings = flags.resolve();
    StatusCommand.requireData(settings);
    Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
    if (holder.isPresent() && !holder.get().address().isEmpty()) {
      return work.apply(new RemoteKeys(new RunningServer(holder.get())));
    }
    try (KeyFolder keys = KeyFolder.open(StoreSettings.folder(settings), Clock.systemUTC())) {
      return work.apply(keys.keys());
    }
  }

  private static void show(PrintWriter out, NewKey made) {
    out.println(made.text().text());
    out.println();
    out.println("The key is shown this once and kept nowhere. Its id is " + made.key().id() + ".");
    out.flush();
  }

  @Command(name = "create", description = "Makes a key and prints it once.")
  static final class Create implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "a name for people")
    private String name;

    @Option(
        names = "--scope",
        paramLabel = "SCOPE",
        split = ",",
        description =
            "what it allows: admin, or query, records, ingest, letters, define, rows with :COLLECTION or :*, or fields:LABEL")
    private List<String> scopes = new ArrayList<>();

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        split = ",",
        description = "a role of the access file")
    private List<String> roles = new ArrayList<>();

    @Option(
        names = "--project",
        defaultValue = Caller.DEFAULT_PROJECT,
        description = "whose collections it sees (default: ${DEFAULT-VALUE})")
    private String project;

    @Option(
        names = "--parameter",
        paramLabel = "NAME=VALUE",
        description = "what row policies compare with; several of one name are several values")
    private List<String> parameters = new ArrayList<>();

    @Option(
        names = "--from",
        paramLabel = "CIDR",
        split = ",",
        description = "addresses that it may be used from, such as 10.0.0.0/8")
    private List<String> ranges = new ArrayList<>();

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        description = "a time such as 2027-01-31T00:00:00Z, or a duration such as P90D")
    private @Nullable String expires;

    @Option(names = "--limits", description = "class of limits of the access file")
    private @Nullable String limits;

    @Option(
        names = "--documents",
        defaultValue = "any",
        description = "which documents it may run: any, apq or trusted-only (default: any)")
    private String documents;

    @Option(
        names = "--environment",
        defaultValue = KeyText.LIVE,
        description = "a word in the key's text (default: ${DEFAULT-VALUE})")
    private String environment;

    @Override
    public Integer call() {
      KeyInput input =
          new KeyInput(
              environment,
              name,
              project,
              scopes,
              roles,
              KeyArguments.parameters(parameters),
              ranges,
              KeyArguments.expiry(expires, Instant.now()),
              limits,
              KeyArguments.documents(documents));
      NewKey made = with(flags, keys -> keys.createKey(input));
      show(spec.commandLine().getOut(), made);
      return 0;
    }
  }

  @Command(name = "list", description = "Prints each key: what it allows and whether it is good.")
  static final class Show implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      List<ApiKey> keys = with(flags, KeyService::keys);
      if (keys.isEmpty()) {
        out.println("no keys; `tyto keys create NAME --scope query:*` makes one");
      } else {
        out.printf("%-12s  %-20s %-12s %-22s %s%n", "id", "name", "state", "last used", "allows");
      }
      Instant now = Instant.now();
      for (ApiKey key : keys) {
        out.printf(
            "%-12s  %-20s %-12s %-22s %s%n",
            key.id(),
            key.name(),
            state(key, now),
            key.lastUsed() == null ? "never known" : key.lastUsed(),
            allows(key));
      }
      out.flush();
      return 0;
    }

    private static String state(ApiKey key, Instant now) {
      if (key.isRevoked()) {
        return "revoked";
      }
      return key.isExpired(now) ? "expired" : key.secrets().size() > 1 ? "rotating" : "good";
    }

    private static String allows(ApiKey key) {
      List<String> words = new ArrayList<>();
      key.scopes().forEach(scope -> words.add(scope.toString()));
      key.roles().forEach(role -> words.add("role " + role));
      key.parameters().forEach((name, values) -> words.add(name + "=" + String.join("|", values)));
      key.ranges().forEach(range -> words.add("from " + range));
      if (key.expiresAt() != null) {
        words.add("until " + key.expiresAt());
      }
      return String.join(", ", words);
    }
  }

  @Command(
      name = "rotate",
      description = "Gives a key a new secret and prints it once; the old one ends later.")
  static final class Rotate implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "the key's id, see `tyto keys list`")
    private String id;

    @Option(
        names = "--overlap",
        defaultValue = "PT24H",
        description =
            "how long the old secret is still good, such as PT24H, or PT0S to end it now (default: ${DEFAULT-VALUE})")
    private String overlap;

    @Override
    public Integer call() {
      Duration duration = KeyArguments.duration("--overlap", overlap);
      show(spec.commandLine().getOut(), with(flags, keys -> keys.rotateKey(id, duration)));
      return 0;
    }
  }

  @Command(name = "revoke", description = "Ends a key for good, everywhere within five seconds.")
  static final class Revoke implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "the key's id, see `tyto keys list`")
    private String id;

    @Override
    public Integer call() {
      ApiKey key = with(flags, keys -> keys.revokeKey(id));
      spec.commandLine()
          .getOut()
          .println("%s (%s) is revoked since %s".formatted(key.id(), key.name(), key.revokedAt()));
      return 0;
    }
  }

  /// The keys of a running server.
  private record RemoteKeys(RunningServer server) implements KeyService {
    @Override
    public List<ApiKey> keys() {
      return server.keys().stream().map(KeyArguments::key).toList();
    }

    @Override
    public NewKey createKey(KeyInput input) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("environment", input.environment());
      body.put("name", input.name());
      body.put("project", input.project());
      body.put("scopes", input.scopes());
      body.put("roles", input.roles());
      body.put("parameters", input.parameters());
      body.put("ranges", input.ranges());
      if (input.expiresAt() != null) {
        body.put("expiresAt", input.expiresAt().toString());
      }
      if (input.limits() != null) {
        body.put("limits", input.limits());
      }
      body.put("documents", input.documents().name());
      return made(server.changeKey("", body));
    }

    @Override
    public NewKey rotateKey(String id, Duration overlap) {
      return made(
          server.changeKey("/rotate", Map.of("id", id, "overlapSeconds", overlap.toSeconds())));
    }

    @Override
    public ApiKey revokeKey(String id) {
      return KeyArguments.key(server.changeKey("/revoke", Map.of("id", id)).get("key"));
    }

    private static NewKey made(Json.Node answer) {
      return new NewKey(
          KeyArguments.key(answer.get("key")), KeyArguments.text(answer.get("text").text()));
    }
  }
}
