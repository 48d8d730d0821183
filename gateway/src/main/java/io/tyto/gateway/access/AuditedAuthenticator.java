package io.tyto.gateway.access;

import io.tyto.gateway.Authenticator;
import io.tyto.gateway.Credentials;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Notes who is not let in, at most so many a second that strangers cannot fill the log: the next
/// entry says how many were left out. Thread-safe; does not wait.
public final class AuditedAuthenticator implements Authenticator {
  /// Refusals that are noted within {@link #WINDOW}.
  static final int MAX_NOTED = 10;

  static final Duration WINDOW = Duration.ofSeconds(1);

  private final Authenticator authenticator;
  private final AuditLog audit;
  private final InstantSource clock;
  private Instant since = Instant.EPOCH;
  private int noted;
  private long leftOut;

  public AuditedAuthenticator(Authenticator authenticator, AuditLog audit, InstantSource clock) {
    this.authenticator = authenticator;
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public Caller authenticate(Credentials credentials) {
    try {
      return authenticator.authenticate(credentials);
    } catch (TytoException e) {
      note(credentials, e);
      throw e;
    }
  }

  private synchronized void note(Credentials credentials, TytoException refusal) {
    Instant now = clock.instant();
    if (!now.isBefore(since.plus(WINDOW))) {
      since = now;
      noted = 0;
    }
    if (noted++ >= MAX_NOTED) {
      leftOut++;
      return;
    }
    Map<String, Long> figures = leftOut == 0 ? Map.of() : Map.of("leftOut", leftOut);
    leftOut = 0;
    // It was refused anyway, so nothing waits for the entry.
    audit.submit(
        new AuditLog.Entry(
            "nobody", "refused", key(credentials), refusal.code().name(), figures, false));
  }

  /// The id of a key that has its form, which is no secret; nothing of anything else.
  private static String key(Credentials credentials) {
    String text = credentials.bearer() == null ? credentials.apiKey() : credentials.bearer();
    @Nullable KeyText key =
        text == null || text.length() > AccessAuthenticator.MAX_CHARACTERS
            ? null
            : KeyText.parse(text);
    return key == null ? "" : key.id();
  }

  @Override
  public boolean isStillValid(Caller caller) {
    return authenticator.isStillValid(caller);
  }
}
