package io.tyto.gateway.access;

import io.tyto.gateway.Guards;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.AddressRange;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one way to handle keys over the network: who may, how far, and a note of it.
///
/// An admin may do everything in the own project, so scopes and parameters give a key nothing that
/// its maker lacks. What can is compared: project, addresses, end, limits and documents.
public final class GuardedKeys implements CallerKeys {
  private final KeyService keys;
  private final Guards guards;
  private final AuditLog audit;

  public GuardedKeys(KeyService keys, Guards guards, AuditLog audit) {
    this.keys = keys;
    this.guards = guards;
    this.audit = audit;
  }

  /// What decides, beside its scopes, what a key is good for.
  private record Reach(
      List<AddressRange> ranges,
      @Nullable Instant expiresAt,
      String limits,
      ApiKey.Documents documents) {}

  @Override
  public List<ApiKey> keys(Caller caller) {
    requireAdmin(caller);
    return keys.keys().stream().filter(key -> isOf(key, caller)).toList();
  }

  @Override
  public NewKey createKey(KeyInput input, Caller caller) {
    return audit.noted(
        caller,
        "key.create",
        "",
        () -> {
          requireAdmin(caller);
          if (!caller.isOperator() && !caller.isIn(input.project())) {
            throw beyond("is of the project " + input.project(), caller.project());
          }
          List<AddressRange> ranges = input.ranges().stream().map(AddressRange::parse).toList();
          String limits = rules().limitsOf(input.limits(), input.roles());
          requireWithin(new Reach(ranges, input.expiresAt(), limits, input.documents()), caller);
          return keys.createKey(input);
        },
        made -> made.key().id());
  }

  @Override
  public NewKey rotateKey(String id, Duration overlap, Caller caller) {
    return audit.noted(
        caller,
        "key.rotate",
        id,
        () -> {
          requireAdmin(caller);
          requireWithinReach(id, caller);
          return keys.rotateKey(id, overlap);
        });
  }

  /// Whoever rotates a key gets its secret.
  private void requireWithinReach(String id, Caller caller) {
    if (caller.isOperator()) {
      return;
    }
    ApiKey key = own(id, caller);
    if (!key.id().equals(caller.id())) {
      String limits = rules().limitsOf(key.limits(), key.roles());
      requireWithin(new Reach(key.ranges(), key.expiresAt(), limits, key.documents()), caller);
    }
  }

  @Override
  public ApiKey revokeKey(String id, Caller caller) {
    return audit.noted(
        caller,
        "key.revoke",
        id,
        () -> {
          requireAdmin(caller);
          if (!caller.isOperator()) {
            own(id, caller);
          }
          return keys.revokeKey(id);
        });
  }

  private static void requireAdmin(Caller caller) {
    if (!caller.access().isAdmin()) {
      throw new TytoException(
          ErrorCode.FORBIDDEN, "keys are for admins: it needs the scope " + Scope.ADMIN);
    }
  }

  private static boolean isOf(ApiKey key, Caller caller) {
    return caller.isOperator() || caller.isIn(key.project());
  }

  /// In the same words for one of another project and for none.
  private ApiKey own(String id, Caller caller) {
    ApiKey key = keys.key(id);
    if (key == null || !isOf(key, caller)) {
      throw new TytoException(
          ErrorCode.NOT_FOUND, "there is no key with the id '%s'".formatted(id));
    }
    return key;
  }

  private void requireWithin(Reach key, Caller caller) {
    if (caller.isOperator()) {
      return;
    }
    LimitClass most = rules().limits(caller.limits());
    if (!rules().limits(key.limits()).isWithin(most)) {
      throw beyond("has the limits " + key.limits(), caller.limits());
    }
    DocumentPolicy loosest = guards.documents().apply(caller);
    if (DocumentPolicy.valueOf(key.documents().name()).compareTo(loosest) < 0) {
      throw beyond("may send documents by the rule " + key.documents(), loosest.name());
    }
    if (caller.kind() == Caller.Kind.KEY) {
      ApiKey own = keys.key(caller.id());
      if (own == null) {
        throw AccessAuthenticator.refused(); // is forgotten meanwhile
      }
      requireWithin(key, own);
    }
  }

  private static void requireWithin(Reach key, ApiKey own) {
    boolean isFromThere =
        own.ranges().isEmpty()
            || !key.ranges().isEmpty()
                && key.ranges().stream()
                    .allMatch(range -> own.ranges().stream().anyMatch(one -> one.covers(range)));
    if (!isFromThere) {
      String from = key.ranges().isEmpty() ? "everywhere" : key.ranges().toString();
      throw beyond("may be used from " + from, own.ranges().toString());
    }
    Instant end = own.expiresAt();
    if (end != null && (key.expiresAt() == null || key.expiresAt().isAfter(end))) {
      String until = key.expiresAt() == null ? "for ever" : "until " + key.expiresAt();
      throw beyond("is good " + until, "until " + end);
    }
  }

  private AccessRules rules() {
    return guards.rules().get();
  }

  private static TytoException beyond(String what, String most) {
    return new TytoException(
        ErrorCode.FORBIDDEN,
        "a key that %s is good for more than whoever asks for it, who has %s: ask an operator"
            .formatted(what, most));
  }
}
