package io.tyto.ingest.config;

import io.tyto.ingest.privacy.PrivacyChange;
import io.tyto.model.expression.Expression;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Widening;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Differences in `fields`, and which stored column each field continues.
///
/// A plain field continues the column of its name, or of one of its aliases, and so its values. A
/// derived field whose expression changes begins a new column, which rows older than it answer by
/// being computed: values of two expressions never lie in one column.
final class ColumnChanges {
  private static final long MEGABYTE = 1_000_000;

  private final TableSchema current;
  private final Set<String> discovered;
  private final EventConfig wanted;
  private final StoredRows stored;
  private final List<ConfigChange> changes = new ArrayList<>();
  private final Map<String, Integer> keptIds = new HashMap<>();
  private final Map<String, String> earlierNames = new HashMap<>();

  /// Derived fields whose stored values do not answer them any more.
  private final Set<String> computedAnew = new HashSet<>();

  /// @param discovered names of the current columns that no file speaks of
  ColumnChanges(
      TableSchema current, Set<String> discovered, EventConfig wanted, StoredRows stored) {
    this.current = current;
    this.discovered = discovered;
    this.wanted = wanted;
    this.stored = stored;
  }

  List<ConfigChange> compare() {
    for (ColumnSpec column : wanted.columns()) {
      ColumnSpec before = before(column);
      if (before == null) {
        compareAdded(column);
      } else {
        earlierNames.put(column.name(), before.name());
        compareKept(before, column);
      }
    }
    for (ColumnSpec column : current.columns()) {
      if (!earlierNames.containsValue(column.name())) {
        noteRemoved(column);
      }
    }
    return changes;
  }

  /// Complete after {@link #compare}.
  Map<String, Integer> keptIds() {
    return keptIds;
  }

  /// Name of a field -> its name in the current version, where it has one.
  Map<String, String> earlierNames() {
    return earlierNames;
  }

  /// The column of the current version that a field continues.
  private @Nullable ColumnSpec before(ColumnSpec column) {
    ColumnSpec same = current.config().column(column.name());
    if (same != null) {
      // A field that the file reads itself takes the name of one that was found, not its values.
      return discovered.contains(column.name()) && column.derive() == null ? null : same;
    }
    for (String alias : column.aliases()) {
      ColumnSpec renamed = current.config().column(alias);
      if (renamed != null && !earlierNames.containsValue(alias)) {
        return renamed;
      }
    }
    return null;
  }

  private void compareKept(ColumnSpec before, ColumnSpec after) {
    if (!before.name().equals(after.name())) {
      note(
          Verdict.COMPATIBLE,
          "fields.%s: renamed from %s".formatted(after.name(), before.name()),
          "its values go over to the new name at once; events may go on using the old one"
              + (before.apiName().equals(after.apiName()) ? "" : "; callers lose the old name"));
    }
    compareWords(before, after);
    Expression was = before.derive();
    Expression is = after.derive();
    if (!isFilledAlike(before, after)) {
      keptIds.put(after.name(), before.id());
      note(
          Verdict.BREAKING,
          "fields.%s: %s becomes %s"
              .formatted(after.name(), stateOf(current.config(), before), stateOf(wanted, after)),
          "older rows would answer values of another meaning; give the field another name, or remove it in one apply and add it in the next");
    } else if (was == null && is == null) {
      compareTypes(before, after);
    } else if (was != null && is != null) {
      compareExpressions(before, was, after, is);
    } else {
      note(
          Verdict.BREAKING,
          "fields.%s: %s"
              .formatted(after.name(), is == null ? "is no longer derived" : "becomes derived"),
          "older rows would answer %s; give the field another name, or remove it in one apply and add it in the next"
              .formatted(is == null ? "null where they answered a value" : "other values"));
    }
  }

  /// Whether both are filled by the same measure of the entity, or take the same field of another
  /// collection, or neither is.
  private boolean isFilledAlike(ColumnSpec before, ColumnSpec after) {
    if (before.isAppended() != after.isAppended()) {
      return false;
    }
    Lifetime.Measure was = current.config().lifetime().runningOf(before.name());
    Lifetime.Measure is = wanted.lifetime().runningOf(after.name());
    if (was == null || is == null) {
      return was == null
          && is == null
          && Objects.equals(origin(current.config(), before), origin(wanted, after));
    }
    return was.function() == is.function()
        && Objects.equals(was.column(), earlierNameOf(is.column()));
  }

  /// The name by which the current version knows a column of the wanted one; null without one.
  private @Nullable String earlierNameOf(@Nullable String name) {
    ColumnSpec column = name == null ? null : wanted.column(name);
    if (column == null) {
      return null;
    }
    ColumnSpec before = earlierNames.containsKey(name) ? null : before(column);
    return before == null ? earlierNames.get(name) : before.name();
  }

  private static String stateOf(EventConfig config, ColumnSpec column) {
    Lifetime.Measure measure = config.lifetime().runningOf(column.name());
    String origin = origin(config, column);
    return measure != null
        ? "state: " + measure.text()
        : origin != null
            ? "a join with " + origin
            : column.isAppended() ? "the marks of a rule" : "a field without `state`";
  }

  /// The field of another collection's events that a column takes; null where it takes none.
  private static @Nullable String origin(EventConfig config, ColumnSpec column) {
    for (Join.OfEvents join : Join.withEvents(config)) {
      String field = join.take().get(column.name());
      if (field != null) {
        return join.from() + "." + field;
      }
    }
    return null;
  }

  private void compareWords(ColumnSpec before, ColumnSpec after) {
    Comparison<ColumnSpec> words = new Comparison<>(path(after), before, after, changes);
    String callers = "callers see it at once";
    if (before.name().equals(after.name()) || !after.apiName().equals(before.apiName())) {
      words.compatible(
          "api",
          ColumnSpec::apiName,
          "callers lose the member's old name, and find it by the new one");
    }
    words.compatible(
        "role", ColumnSpec::role, "callers lose filters and measures that only the old role has");
    words.compatible("description", ColumnSpec::description, callers);
    words.compatible("unit", ColumnSpec::unit, callers);
    words.compatible("deprecated", ColumnSpec::deprecated, callers);
    words.compatible("annotations", ColumnSpec::annotations, callers);
    if (before.name().equals(after.name())) {
      words.compatible("aliases", ColumnSpec::aliases, Comparison.FROM_NOW_ON);
    }
    if (before.isAppended() == after.isAppended()) {
      words.compatible("enriched", ColumnSpec::enriched, Comparison.FROM_NOW_ON);
    }
    words.compatible("discover", ColumnSpec::discovery, Comparison.FROM_NOW_ON);
    comparePolicies(words, before, after);
  }

  private void comparePolicies(Comparison<ColumnSpec> words, ColumnSpec before, ColumnSpec after) {
    String obstacle = PrivacyChange.obstacle(before.privacy(), after.privacy());
    String use = use(before);
    if (obstacle != null) {
      obstacle +=
          use == null
              ? "; keep the policy, or read the value into a field of another name"
              : "; keep the policy, or describe a new collection without it and import the events into that";
    }
    ColumnSpec rest = rest();
    if (obstacle == null && use != null) {
      obstacle =
          "it is %s, of which older values tell events apart; describe a new collection with it and import the events into that"
              .formatted(use);
    } else if (obstacle == null && rest != null) {
      obstacle = "%s may hold its values too; give that the policy drop".formatted(rest.name());
    } else if (obstacle == null && before.derive() != null && !isSameExpression(before, after)) {
      obstacle = "change the expression in another apply";
    }
    if (obstacle == null) {
      words.rewrite("privacy", ColumnSpec::privacy, hidden());
    } else {
      words.breaking("privacy", ColumnSpec::privacy, obstacle);
    }
  }

  private static boolean isSameExpression(ColumnSpec before, ColumnSpec after) {
    return before.derive() != null && before.derive().equals(after.derive());
  }

  /// The column that keeps what no column reads, where it stays readable; null without one.
  private @Nullable ColumnSpec rest() {
    int position = current.restPosition();
    if (position < 0) {
      return null;
    }
    ColumnSpec rest = current.columns().get(position);
    ColumnSpec after = wanted.column(rest.name());
    return after != null && after.privacy() != null ? null : rest;
  }

  private String hidden() {
    if (stored.rows() == 0) {
      return "nothing is stored yet";
    }
    return "%,d rows in %,d segments (%s), the tail and dead letters answer so at once, and are written anew in the background; then older values are deleted, which cannot be undone"
        .formatted(stored.rows(), stored.segments().size(), shownBytes(stored.bytes()));
  }

  private void compareTypes(ColumnSpec before, ColumnSpec after) {
    keptIds.put(after.name(), before.id());
    ColumnType was = before.type();
    ColumnType is = after.type();
    if (was.equals(is)) {
      return;
    }
    String what = "%stype: %s becomes %s".formatted(path(after), was, is);
    String use = use(before);
    if (use != null) {
      note(
          Verdict.BREAKING,
          what,
          "it is %s, which decided where and in which order rows are stored; describe a new collection with it and import the events into that"
              .formatted(use));
    } else if (Widening.isExact(was, is)) {
      note(
          Verdict.REWRITE,
          what,
          readAs(is)
              + (isAlikeToCallers(was, is) ? "" : "; callers lose the type it had for them"));
    } else {
      note(
          Verdict.BREAKING,
          what,
          reason(was, is)
              + "; keep the field and add one of another name, with a `derive` over it or an entry"
              + " in source.map");
    }
  }

  /// What a field is to the collection beside a column, or null.
  private @Nullable String use(ColumnSpec column) {
    EventConfig config = current.config();
    EventConfig.Entity entity = config.entity();
    if (column.name().equals(config.time())) {
      return "the event's time";
    }
    if (entity != null && column.name().equals(entity.key())) {
      return "the entity's key";
    }
    return column.name().equals(config.eventId()) ? "the event id" : null;
  }

  /// Whether two types, of which one is wider, are the same in the API.
  private static boolean isAlikeToCallers(ColumnType was, ColumnType is) {
    return is.element() instanceof ColumnType.LongType
        || was.element() instanceof ColumnType.DecimalType;
  }

  private String readAs(ColumnType type) {
    if (stored.rows() == 0) {
      return "nothing is stored yet";
    }
    return "%,d rows in %,d segments (%s) and the tail are read as %s at once, and stored so when the background writes them anew"
        .formatted(stored.rows(), stored.segments().size(), shownBytes(stored.bytes()), type);
  }

  private static String reason(ColumnType was, ColumnType is) {
    if (Widening.isExact(is, was)) {
      return "a stored %s need not fit %s".formatted(was, is);
    }
    if (was.element() instanceof ColumnType.LongType
        && is.element() instanceof ColumnType.DoubleType) {
      return "a double does not hold every long beyond 2^53 exactly";
    }
    return "a stored %s is not exactly one %s".formatted(was, is);
  }

  private void compareExpressions(
      ColumnSpec before, Expression was, ColumnSpec after, Expression is) {
    boolean isSame = was.equals(is) && before.type().equals(after.type()) && !usesChanged(is);
    if (isSame) {
      keptIds.put(after.name(), before.id());
      return;
    }
    computedAnew.add(after.name());
    String what =
        before.type().equals(after.type())
            ? path(after) + "derive changes"
            : "%sderive changes, and its type: %s becomes %s"
                .formatted(path(after), before.type(), after.type());
    String use = use(before);
    if (use == null) {
      note(Verdict.REWRITE, what, computed());
    } else {
      note(
          Verdict.BREAKING,
          what,
          "it is %s, which decided where and in which order rows are stored; describe a new collection with it and import the events into that"
              .formatted(use));
    }
  }

  private boolean usesChanged(Expression expression) {
    return expression.columns().stream().anyMatch(computedAnew::contains);
  }

  private String computed() {
    return stored.rows() == 0
        ? "nothing is stored yet"
        : "%,d older rows answer the new expression at once, computed on reading until the background writes them anew"
            .formatted(stored.rows());
  }

  private void compareAdded(ColumnSpec column) {
    String what = "fields.%s: added as %s".formatted(column.name(), column.type());
    if (column.derive() != null) {
      note(
          Verdict.COMPATIBLE,
          what,
          stored.rows() == 0
              ? "computed for every event"
              : "computed on reading for %,d older rows".formatted(stored.rows()));
      return;
    }
    if (column.isJoinedWithEvents()) {
      note(
          Verdict.COMPATIBLE,
          what,
          stored.rows() == 0
              ? "taken for every event"
              : "%,d rows in %,d segments are null until the background has joined them"
                  .formatted(stored.rows(), stored.segments().size()));
      return;
    }
    ColumnSpec dormant = column.isAppended() ? null : dormant(column);
    if (dormant == null) {
      note(
          Verdict.COMPATIBLE,
          what,
          stored.rows() == 0
              ? column.isAppended() ? "filled in every event" : "read from every event"
              : "reads null in %,d older rows at once".formatted(stored.rows()));
      return;
    }
    boolean isSame = dormant.type().equals(column.type());
    if (!Objects.equals(dormant.privacy(), column.privacy())) {
      String obstacle = PrivacyChange.obstacle(dormant.privacy(), column.privacy());
      if (obstacle != null || !isSame) {
        note(
            Verdict.BREAKING,
            "fields.%s: taken up again under another privacy policy".formatted(column.name()),
            (obstacle == null ? "its type changes too" : obstacle) + "; give it another name");
        return;
      }
      keptIds.put(column.name(), dormant.id());
      note(
          Verdict.REWRITE,
          "fields.%s: taken up again as %s, private".formatted(column.name(), column.type()),
          hidden());
    } else if (isSame || Widening.isExact(dormant.type(), column.type())) {
      keptIds.put(column.name(), dormant.id());
      note(
          isSame ? Verdict.COMPATIBLE : Verdict.REWRITE,
          "fields.%s: taken up again as %s".formatted(column.name(), column.type()),
          "it finds the values that were stored while the field was there; rows of the time without"
              + " it read null");
    } else {
      note(
          Verdict.COMPATIBLE,
          what,
          "reads null in %,d older rows; a field of this name was there before as %s, and its values stay out of reach under %s"
              .formatted(stored.rows(), dormant.type(), column.type()));
    }
  }

  /// The column that a former version called so last.
  private @Nullable ColumnSpec dormant(ColumnSpec column) {
    Set<Integer> taken = new HashSet<>(keptIds.values());
    ColumnSpec found = null;
    for (ColumnSpec dormant : current.dormant()) {
      boolean isIt =
          dormant.name().equals(column.name()) || column.aliases().contains(dormant.name());
      // Of two that had the name one after the other, the later.
      found = isIt && !taken.contains(dormant.id()) ? dormant : found;
    }
    return found;
  }

  private void noteRemoved(ColumnSpec column) {
    boolean isFound = discovered.contains(column.name());
    String consequence =
        isFound && wanted.column(column.name()) != null
            ? "the file reads the key itself now; older rows keep their values in the json field"
            : column.isAppended()
                ? "callers lose it and its values; a field of this name begins anew"
                : column.derive() != null
                    ? "callers lose it; it can be computed again at any time"
                    : stored.rows() == 0 ? "callers lose it" : removal(column);
    note(
        Verdict.COMPATIBLE,
        "fields.%s: %s".formatted(column.name(), isFound ? "no longer found in events" : "removed"),
        consequence);
  }

  private String removal(ColumnSpec column) {
    if (column.privacy() != null && column.privacy().policy() == Privacy.Policy.DROP) {
      return "callers lose it; what %,d rows held of it before its policy is deleted in the background"
          .formatted(stored.rows());
    }
    return "callers lose it; what %,d rows hold of it stays stored, and is found again if the field comes back as %s; to have it deleted, give it `privacy: { policy: drop }` in an apply before"
        .formatted(stored.rows(), column.type());
  }

  private void note(Verdict verdict, String what, String consequence) {
    changes.add(new ConfigChange(verdict, what, consequence));
  }

  private static String shownBytes(long bytes) {
    return bytes < MEGABYTE ? "under 1 MB" : "%,d MB".formatted(bytes / MEGABYTE);
  }

  private static String path(ColumnSpec column) {
    return "fields." + column.name() + ".";
  }
}
