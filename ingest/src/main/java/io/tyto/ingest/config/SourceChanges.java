package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.Source;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Differences in where values come from. All of them hold for what comes from now on: rows keep
/// the values that were read for them.
final class SourceChanges {
  private SourceChanges() {}

  /// @param earlierNames name of a column -> its name in the current version
  static void compare(
      TableSchema current,
      EventConfig wanted,
      Map<String, String> earlierNames,
      List<ConfigChange> changes) {
    Source before = current.config().source();
    Source after = wanted.source();
    for (ColumnSpec column : wanted.columns()) {
      String earlier = earlierNames.get(column.name());
      // Entries of added columns belong to the addition, those of columns that went to the removal.
      if (earlier != null && column.derive() == null) {
        note(
            "source.map." + column.name(),
            pointer(before, earlier),
            pointer(after, column.name()),
            earlier.equals(column.name()) || before.map().containsKey(earlier),
            changes);
        note(
            "source.formats." + column.name(),
            before.formats().get(earlier),
            after.formats().get(column.name()),
            true,
            changes);
      }
    }
    Comparison<FileFormat> files =
        new Comparison<>("source.file.", before.file(), after.file(), changes);
    files.compatible("format", FileFormat::format, Comparison.FROM_NOW_ON);
    files.compatible("delimiter", FileFormat::delimiter, Comparison.FROM_NOW_ON);
    files.compatible("quote", FileFormat::quote, Comparison.FROM_NOW_ON);
    files.compatible("columns", FileFormat::columns, Comparison.FROM_NOW_ON);
    files.compatible("nullTokens", FileFormat::nullTokens, Comparison.FROM_NOW_ON);
    files.compatible("emptyIsNull", FileFormat::emptyIsNull, Comparison.FROM_NOW_ON);
    files.compatible("listSeparator", FileFormat::listSeparator, Comparison.FROM_NOW_ON);
    new Comparison<>("source.", before, after, changes)
        .compatible("alertsOf", Source::alertsOf, Comparison.FROM_NOW_ON);
    compareFeeds(before.feed(), after.feed(), changes);
  }

  private static String pointer(Source source, String column) {
    String mapped = source.map().get(column);
    return mapped == null ? JsonPointer.ofMember(column).toString() : mapped;
  }

  private static void note(
      String key,
      @Nullable String was,
      @Nullable String is,
      boolean isOfInterest,
      List<ConfigChange> changes) {
    if (isOfInterest && !Objects.equals(was, is)) {
      changes.add(
          new ConfigChange(
              Verdict.COMPATIBLE,
              "%s: %s becomes %s".formatted(key, Comparison.shown(was), Comparison.shown(is)),
              Comparison.FROM_NOW_ON));
    }
  }

  private static void compareFeeds(
      @Nullable Feed before, @Nullable Feed after, List<ConfigChange> changes) {
    if (Objects.equals(before, after)) {
      return;
    }
    String consequence =
        before == null
            ? "its events are read from there from now on"
            : after == null
                ? "it is not read any more; what was read of it stays"
                : Comparison.FROM_NOW_ON + "; what was read before stays";
    changes.add(
        new ConfigChange(
            Verdict.COMPATIBLE,
            "source: the feed %s becomes %s"
                .formatted(Comparison.shown(before), Comparison.shown(after)),
            consequence));
  }
}
