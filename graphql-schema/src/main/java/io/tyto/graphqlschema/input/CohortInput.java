package io.tyto.graphqlschema.input;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads cohorts of an entity: who did what, joined by and, or and not.
public final class CohortInput {
  private static final int MAX_DEPTH = 32;

  private final EventsInput events;
  private final String prefix;

  public CohortInput(EventsInput events) {
    this.events = events;
    prefix = events.entity().typeName();
  }

  /// The cohort in a member of `parent` that is there.
  public Cohort read(InputObject parent, String member) {
    Cohort cohort = read(parent.object(member, prefix + "Cohort"), 1);
    int leaves = cohort.leaves().size();
    if (leaves > EventFilter.MAX_KINDS) {
      throw parent.error(
          ErrorCode.LIMIT_TOO_LARGE,
          member,
          "names %d kinds of events, at most %d".formatted(leaves, EventFilter.MAX_KINDS));
    }
    if (leaves == 0) {
      throw parent.error(member, "names no event: say what they did");
    }
    return cohort;
  }

  /// The text by which {@link CohortInput} reads it again, at any time and as of that time.
  ///
  /// @param parent holds the cohort in `member`; one that names a saved one is refused
  public String text(InputObject parent, String member) {
    read(parent, member);
    InputObject cohort = parent.object(member, prefix + "Cohort");
    requireNoSaved(cohort);
    return CohortText.write(cohort.members());
  }

  private void requireNoSaved(InputObject cohort) {
    switch (cohort.only()) {
      case "saved" ->
          throw cohort.error(
              "saved", "a saved cohort names no other: write out what it stands for");
      case "and", "or" ->
          cohort.objects(cohort.only(), prefix + "Cohort").forEach(this::requireNoSaved);
      case "not" -> requireNoSaved(cohort.object("not", prefix + "Cohort"));
      default -> {}
    }
  }

  private Cohort read(InputObject cohort, int depth) {
    if (depth > MAX_DEPTH) {
      throw cohort.error(
          ErrorCode.DOCUMENT_TOO_COMPLEX, "and", "cohorts nest at most " + MAX_DEPTH + " deep");
    }
    String kind = cohort.only();
    if (!cohort.has(kind)) {
      throw cohort.error(kind, "is null");
    }
    return switch (kind) {
      case "did" -> did(cohort.object(kind, prefix + "Did"));
      case "and" -> and(cohort, depth);
      case "or" -> {
        List<Cohort> any = new ArrayList<>();
        for (InputObject each : cohort.objects(kind, prefix + "Cohort")) {
          any.add(read(each, depth + 1));
        }
        yield new Cohort.Any(any);
      }
      case "not" ->
          throw cohort.error(
              kind, "takes away from what stands beside it: {and: [{did: ...}, {not: ...}]}");
      case "saved" -> saved(cohort, depth);
      default -> throw new IllegalArgumentException(prefix + "Cohort has no " + kind);
    };
  }

  private Cohort and(InputObject cohort, int depth) {
    List<Cohort> of = new ArrayList<>();
    List<Cohort> except = new ArrayList<>();
    for (InputObject each : cohort.objects("and", prefix + "Cohort")) {
      if (each.has("not")) {
        except.add(read(each.object("not", prefix + "Cohort"), depth + 1));
      } else {
        of.add(read(each, depth + 1));
      }
    }
    if (of.isEmpty()) {
      throw cohort.error("and", "needs one member at least that is not a not");
    }
    return new Cohort.All(of, except);
  }

  private Cohort did(InputObject did) {
    int atLeast = did.integer("atLeast");
    if (atLeast < 1) {
      throw did.error("atLeast", "must be 1 or more, found " + atLeast);
    }
    InputObject event = did.object("event", prefix + "Event");
    return new Cohort.Did(events.event(event, did), atLeast);
  }

  /// In the same words where there is none, where it names what this caller may not see, and where
  /// that is gone for everybody.
  private Cohort saved(InputObject cohort, int depth) {
    String name = cohort.text("saved");
    String definition = events.entity().savedCohort(name);
    Cohort kept = definition == null ? null : kept(definition, depth);
    if (kept == null) {
      throw cohort.error(
          ErrorCode.NOT_FOUND,
          "saved",
          "there is no cohort '%s' of %s, or it names fields that are not there, or not any more: see %s.cohorts"
              .formatted(name, events.entity().name(), events.entity().field()));
    }
    return kept;
  }

  /// Null where it names what the entity's collections do not have here.
  private @Nullable Cohort kept(String definition, int depth) {
    try {
      InputObject kept = InputObject.of(prefix + "Cohort", CohortText.read(definition));
      return read(kept, depth + 1);
    } catch (IllegalArgumentException | ClassCastException | TytoException e) {
      return null;
    }
  }

  /// Whether a caller of this API may read what a kept cohort is: all that it names is there for
  /// them. Of an admin nothing is hidden, so what is not there is gone, and shown to be mended.
  public boolean isShown(SavedCohort saved, Caller caller) {
    return caller.access().isAdmin() || kept(saved.definition(), 0) != null;
  }
}
