package io.tyto.ingest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.SavedService;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.SavedService.SavedInput;
import io.tyto.model.port.SavedService.SavedItem;
import io.tyto.store.catalog.CatalogState;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Queries and dashboards that the catalog keeps by id. Thread-safe.
final class SavedItems {
  private static final int ID_BYTES = 8;

  private final CollectionDirectory directory;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private volatile Read read = new Read(null, List.of());

  /// What was made of a state; definitions are parsed once.
  private record Read(
      @Nullable SortedMap<String, CatalogState.SavedItem> from, List<SavedItem> items) {}

  SavedItems(CollectionDirectory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /// See {@link SavedService#savedItems}.
  List<SavedItem> all() {
    SortedMap<String, CatalogState.SavedItem> kept = directory.state().saved();
    Read last = read;
    if (kept.equals(last.from())) {
      return last.items();
    }
    List<SavedItem> items = kept.values().stream().map(SavedItems::item).toList();
    read = new Read(kept, items);
    return items;
  }

  private static SavedItem item(CatalogState.SavedItem kept) {
    return new SavedItem(
        kept.id(),
        Kind.valueOf(kept.kind().toUpperCase(Locale.ROOT)),
        kept.project(),
        kept.name(),
        kept.document(),
        SavedDefinition.parse(kept.id(), kept.definition()),
        kept.version(),
        Instant.EPOCH.plus(kept.updatedMicros(), ChronoUnit.MICROS));
  }

  /// See {@link SavedService#saveItem}.
  SavedItem save(SavedInput input) {
    String definition = SavedDefinition.text(input.definition());
    requireSize(input, definition);
    String id = input.id() == null ? newId(input.kind()) : input.id();
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    CatalogState saved =
        directory.change(draft -> {
          CatalogState.SavedItem before = before(input, draft.state());
          requireVersion(input, before);
          if (before == null) {
            requireFew(input, draft.state().saved().values());
          }
          CatalogState.SavedItem next =
              new CatalogState.SavedItem(
                  id,
                  input.kind().word(),
                  input.project(),
                  input.name(),
                  input.document(),
                  definition,
                  before == null ? 1 : before.version() + 1,
                  now);
          if (before == null || !isSame(before, next)) {
            requireRoom(next, draft.state().saved().values());
            draft.save(next);
          }
        });
    return item(Objects.requireNonNull(saved.saved().get(id)));
  }

  private String newId(Kind kind) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return kind.word() + ":" + HexFormat.of().formatHex(bytes);
  }

  private static void requireSize(SavedInput input, String definition) {
    if (input.name().isBlank() || input.name().length() > SavedService.MAX_NAME_CHARACTERS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the name of a %s has 1 to %d characters"
              .formatted(input.kind().word(), SavedService.MAX_NAME_CHARACTERS));
    }
    if (definition.length() > SavedService.MAX_DEFINITION_CHARACTERS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the %s takes %,d characters written out, at most %,d"
              .formatted(
                  input.kind().word(),
                  definition.length(),
                  SavedService.MAX_DEFINITION_CHARACTERS));
    }
  }

  private static CatalogState.@Nullable SavedItem before(SavedInput input, CatalogState state) {
    if (input.id() == null) {
      return null;
    }
    CatalogState.SavedItem before = state.saved().get(input.id());
    if (before == null
        || !before.kind().equals(input.kind().word())
        || !before.project().equals(input.project())) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "there is no %s '%s': leave the id out to save a new one"
              .formatted(input.kind().word(), input.id()));
    }
    return before;
  }

  private static void requireVersion(SavedInput input, CatalogState.@Nullable SavedItem before) {
    int version = before == null ? 0 : before.version();
    if (input.expectedVersion() != null && input.expectedVersion() != version) {
      throw new TytoException(
          ErrorCode.VERSION_CONFLICT,
          before == null
              ? "a new %s has no version yet: expect 0, or none".formatted(input.kind().word())
              : "%s is of version %d, not %d: read it again"
                  .formatted(before.id(), version, input.expectedVersion()));
    }
  }

  private static void requireFew(SavedInput input, Collection<CatalogState.SavedItem> all) {
    long others =
        all.stream()
            .filter(item ->
                item.project().equals(input.project()) && item.kind().equals(input.kind().word()))
            .count();
    if (others >= input.kind().most()) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "%,d of them are saved already: delete a %s first"
              .formatted(input.kind().most(), input.kind().word()));
    }
  }

  private static boolean isSame(CatalogState.SavedItem before, CatalogState.SavedItem next) {
    return before.name().equals(next.name())
        && before.definition().equals(next.definition())
        && Objects.equals(before.document(), next.document());
  }

  private static void requireRoom(
      CatalogState.SavedItem next, Collection<CatalogState.SavedItem> all) {
    long others =
        all.stream()
            .filter(item -> item.project().equals(next.project()) && !item.id().equals(next.id()))
            .mapToLong(item -> item.definition().length())
            .sum();
    if (others + next.definition().length() > SavedService.MAX_PROJECT_CHARACTERS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "what is saved would take more than %,d characters written out: delete some of it first"
              .formatted(SavedService.MAX_PROJECT_CHARACTERS));
    }
  }

  /// False where there is none.
  boolean drop(String id) {
    boolean[] isThere = {false};
    directory.change(draft -> {
      isThere[0] = draft.state().saved().containsKey(id);
      draft.dropSaved(id);
    });
    return isThere[0];
  }
}
