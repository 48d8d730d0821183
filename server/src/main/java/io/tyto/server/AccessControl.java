package io.tyto.server;

import io.tyto.gateway.Authenticator;
import io.tyto.gateway.access.AccessAuthenticator;
import io.tyto.gateway.access.Tokens;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.AddressRange;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who may come to a server, as its settings say: everybody, or those with keys and tokens.
///
/// Lifetime: from {@link #open} to {@link #close}, which takes the credential of commands away.
final class AccessControl implements AutoCloseable {
  /// Of the setting `access`.
  static final String OPEN = "open";

  private static final String ISSUER_ALARM = "issuers";
  private static final long LOOK_SECONDS = 2;

  private final Authenticator authenticator;
  private final Supplier<AccessRules> rules;
  private final Runnable end;

  private AccessControl(Authenticator authenticator, Supplier<AccessRules> rules, Runnable end) {
    this.authenticator = authenticator;
    this.rules = rules;
    this.end = end;
  }

  /// Refuses to be open to a network unless that is said twice. BAD_USER_INPUT.
  static void check(Settings settings) {
    boolean isHere =
        (ClusterSettings.isNode(settings) || isLoopback(settings))
            && HttpSettings.admin(settings).isLoopback();
    if (isOpen(settings) && !isHere && !isOpenAnywhere(settings)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`access` is `open`, `listen` is `%s` and `admin.listen` is `%s`: anybody who reaches these addresses could read and change everything. Set `access` to `keys`, listen on 127.0.0.1, or say `access.openAnywhere: true` if something else keeps strangers out"
              .formatted(settings.text(Setting.LISTEN), settings.text(Setting.ADMIN_LISTEN)));
    }
  }

  static boolean isOpen(Settings settings) {
    return settings.text(Setting.ACCESS).equals(OPEN);
  }

  static boolean isLoopback(Settings settings) {
    String listen = settings.text(Setting.LISTEN);
    String host = listen.substring(0, listen.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
    InetAddress address = AddressRange.address(host);
    return address == null ? host.equals("localhost") : address.isLoopbackAddress();
  }

  private static boolean isOpenAnywhere(Settings settings) {
    return Boolean.parseBoolean(settings.text(Setting.ACCESS_OPEN_ANYWHERE));
  }

  /// CONFIG_INVALID where the access file is wrong.
  static AccessControl open(Settings settings, LocalNode node, DataFolder folder, Clock clock) {
    if (isOpen(settings)) {
      return new AccessControl(Authenticator.OPEN, () -> AccessRules.NONE, () -> {});
    }
    Tokens tokens = Tokens.overHttp(clock);
    try {
      String path = settings.text(Setting.ACCESS_FILE);
      AccessFile file =
          path.isEmpty()
              ? null
              : new AccessFile(Path.of(path), node.alarms(), now -> tokens.follow(now.issuers()));
      Supplier<AccessRules> rules = file == null ? () -> AccessRules.NONE : file;
      tokens.follow(rules.get().issuers());
      Path credential = folder.operatorToken();
      AccessAuthenticator authenticator =
          new AccessAuthenticator(node, rules, tokens, OperatorToken.create(credential), clock);
      ScheduledExecutorService timer = looking(file, tokens, node);
      return new AccessControl(
          authenticator,
          rules,
          () -> {
            timer.shutdownNow();
            OperatorToken.delete(credential);
            tokens.close();
          });
    } catch (RuntimeException e) {
      tokens.close();
      throw e;
    }
  }

  private static ScheduledExecutorService looking(
      @Nullable AccessFile file, Tokens tokens, LocalNode node) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("access").factory());
    timer.scheduleWithFixedDelay(
        () -> {
          if (file != null) {
            file.look();
          }
          List<String> problems = tokens.problems();
          if (problems.isEmpty()) {
            node.alarms().clear(ISSUER_ALARM);
          } else {
            node.alarms().raise(ISSUER_ALARM, String.join("; ", problems));
          }
        },
        LOOK_SECONDS,
        LOOK_SECONDS,
        TimeUnit.SECONDS);
    return timer;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  /// The access file as it is in force.
  Supplier<AccessRules> rules() {
    return rules;
  }

  /// Whether everybody may come.
  boolean isOpen() {
    return authenticator.equals(Authenticator.OPEN);
  }

  @Override
  public void close() {
    end.run();
  }
}
