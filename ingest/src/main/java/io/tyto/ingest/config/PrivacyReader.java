package io.tyto.ingest.config;

import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.Privacy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads `privacy` of a field and refuses what would keep its values readable elsewhere.
final class PrivacyReader {
  private static final int MAX_SHOWN = 64;

  private PrivacyReader() {}

  /// @param section null where the field has none
  static @Nullable Privacy read(@Nullable Section section, ColumnType type, Problems problems) {
    if (section == null) {
      return null;
    }
    section.allowOnly(ConfigKeys.PRIVACY);
    Located name = section.requiredText("policy", "drop, hash, tokenize or mask");
    Section mask = section.section("mask");
    Policy policy = name == null ? null : policy(name, problems);
    if (name == null || policy == null) {
      // Read as private all the same, so that no other error comes of it.
      return new Privacy(Policy.DROP, 0);
    }
    String types = typesOf(policy, type);
    if (types != null) {
      problems.wrong(name, "expected on %s, not on %s".formatted(types, type));
    }
    if (mask != null && policy != Policy.MASK) {
      problems.wrong(mask.line(), mask.path(), "belongs to the policy mask");
    }
    return new Privacy(policy, mask == null ? 0 : shown(mask, problems));
  }

  private static @Nullable Policy policy(Located name, Problems problems) {
    for (Policy policy : Policy.values()) {
      if (policy.name().toLowerCase(Locale.ROOT).equals(name.value())) {
        return policy;
      }
    }
    problems.wrong(name, "expected drop, hash, tokenize or mask");
    return null;
  }

  /// What the policy is for, where that is not the type.
  private static @Nullable String typesOf(Policy policy, ColumnType type) {
    boolean isText = type.element() instanceof ColumnType.StringType;
    boolean isUuid = type.element() instanceof ColumnType.UuidType;
    return switch (policy) {
      case DROP -> null;
      case HASH -> isText || isUuid ? null : "a string or uuid";
      case TOKENIZE, MASK -> isText ? null : "a string";
    };
  }

  private static int shown(Section mask, Problems problems) {
    mask.allowOnly(ConfigKeys.MASK);
    Located shown = mask.text("shown");
    if (shown == null) {
      return 0;
    }
    if (!shown.value().matches("\\d{1,2}") || Integer.parseInt(shown.value()) > MAX_SHOWN) {
      problems.wrong(
          shown, "expected how many characters stay readable, a number up to " + MAX_SHOWN);
      return 0;
    }
    return Integer.parseInt(shown.value());
  }

  /// What can only be told of the config as a whole.
  ///
  /// @param fields the section that has the columns, for lines
  static void check(EventConfig config, Section fields, Problems problems) {
    boolean keepsKeys =
        config.columns().stream()
            .anyMatch(column -> column.discovery() != null && column.privacy() == null);
    Set<String> appended = AppendedColumns.names(config.columns());
    for (ColumnSpec column : config.columns()) {
      Privacy privacy = column.privacy();
      if (privacy != null && keepsKeys) {
        wrong(
            column,
            fields,
            problems,
            "found beside a field with discover, which makes readable fields of whatever keys come;"
                + " leave one of them out");
      }
      if (privacy != null) {
        if (column.derive() != null && appended.contains(column.name())) {
          wrong(
              column,
              fields,
              problems,
              "stands on a field that is derived from what is filled when the event is stored, which is after the policies; leave it out");
        }
        checkUse(config, column, privacy, fields, problems);
        checkSources(config, column, fields, problems);
      } else {
        checkDerived(config, column, fields, problems);
      }
    }
  }

  private static void checkUse(
      EventConfig config, ColumnSpec column, Privacy privacy, Section fields, Problems problems) {
    boolean keepsValuesApart =
        privacy.policy() == Policy.HASH || privacy.policy() == Policy.TOKENIZE;
    EventConfig.Entity entity = config.entity();
    String use =
        column.name().equals(config.time())
            ? "the event's time"
            : column.name().equals(config.eventId())
                ? "the event id"
                : entity != null && column.name().equals(entity.key()) ? "the entity's key" : null;
    if (use != null && !keepsValuesApart) {
      wrong(
          column,
          fields,
          problems,
          "is %s, which takes hash or tokenize: they keep different values apart".formatted(use));
    }
  }

  /// A column that is read from the same place, or around or below it, has the value too.
  private static void checkSources(
      EventConfig config, ColumnSpec column, Section fields, Problems problems) {
    for (ColumnSpec other : config.columns()) {
      if (other.privacy() == null && haveOnePlace(config, column, other)) {
        wrong(
            column,
            fields,
            problems,
            "%s is read from the same place of the event and would keep the value readable; give it a policy too"
                .formatted(other.name()));
      }
    }
  }

  private static boolean haveOnePlace(EventConfig config, ColumnSpec one, ColumnSpec other) {
    return placesOf(config, one).stream()
        .anyMatch(place -> placesOf(config, other).stream().anyMatch(that -> overlap(place, that)));
  }

  /// None where it is read from nowhere, or the map has an error of its own.
  private static List<JsonPointer> placesOf(EventConfig config, ColumnSpec column) {
    List<JsonPointer> places = new ArrayList<>();
    try {
      if (column.derive() == null && column.enriched() == null) {
        places.add(config.source().pathOf(column.name()));
        column.aliases().forEach(alias -> places.add(config.source().pathOf(alias)));
      }
    } catch (IllegalArgumentException e) {
      places.clear();
    }
    return places;
  }

  private static boolean overlap(JsonPointer one, JsonPointer other) {
    List<JsonPointer.Step> a = one.steps();
    List<JsonPointer.Step> b = other.steps();
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      boolean isEach = a.get(i) instanceof JsonPointer.Each || b.get(i) instanceof JsonPointer.Each;
      if (!isEach && !a.get(i).equals(b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static void checkDerived(
      EventConfig config, ColumnSpec column, Section fields, Problems problems) {
    if (column.derive() == null) {
      return;
    }
    for (String name : column.derive().columns()) {
      ColumnSpec used = config.column(name);
      if (used != null && used.privacy() != null) {
        wrong(
            column,
            fields,
            problems,
            "is derived from the private field %s and would tell of its values; give it a policy of its own"
                .formatted(name));
      }
    }
  }

  private static void wrong(ColumnSpec column, Section fields, Problems problems, String message) {
    problems.wrong(fields.line(column.name()), fields.pathOf(column.name()) + ".privacy", message);
  }
}
