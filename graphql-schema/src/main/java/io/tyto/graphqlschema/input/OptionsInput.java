package io.tyto.graphqlschema.input;

import io.tyto.model.query.QueryBounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The `options` of a question, read: how it is answered.
///
/// @param asOf snapshot of an earlier answer; null: the newest
/// @param sampleRate part of the entities or rows that count, above 0 and at most 1
public record OptionsInput(QueryBounds bounds, @Nullable String asOf, double sampleRate) {
  private static final OptionsInput NONE = new OptionsInput(QueryBounds.NONE, null, 1);

  /// Those of a question about one collection.
  ///
  /// @param holder with `options` among its members
  public static OptionsInput read(InputObject holder) {
    return read(holder, "QueryOptions");
  }

  /// Those of a question about an entity.
  public static QueryBounds ofEntity(InputObject holder) {
    return read(holder, "EntityOptions").bounds();
  }

  private static OptionsInput read(InputObject holder, String type) {
    if (!holder.has("options")) {
      return NONE;
    }
    InputObject options = holder.object("options", type);
    return new OptionsInput(
        new QueryBounds(
            timeout(options), maxRows(options), staleness(options), allowsPartial(options)),
        options.has("asOf") ? options.text("asOf") : null,
        sampleRate(options));
  }

  private static @Nullable Duration timeout(InputObject options) {
    if (!options.has("timeoutMs")) {
      return null;
    }
    int millis = options.integer("timeoutMs");
    if (millis < 1) {
      throw options.error("timeoutMs", "must be 1 or more, found " + millis);
    }
    return Duration.ofMillis(millis);
  }

  private static @Nullable Long maxRows(InputObject options) {
    Long rows = (Long) options.get("maxRowsScanned");
    if (rows != null && rows < 1) {
      throw options.error("maxRowsScanned", "must be 1 or more, found " + rows);
    }
    return rows;
  }

  private static @Nullable Duration staleness(InputObject options) {
    return options.has("maxStaleness") ? TimeAmounts.fixed(options, "maxStaleness") : null;
  }

  private static boolean allowsPartial(InputObject options) {
    return "ALLOW".equals(options.get("onPartial"));
  }

  private static double sampleRate(InputObject options) {
    double rate = options.get("sampleRate") instanceof Double given ? given : 1;
    if (!(rate > 0 && rate <= 1)) {
      throw options.error("sampleRate", "must be above 0 and at most 1, found " + rate);
    }
    return rate;
  }

  /// What a question of these parts is known by, beside the options that change no answer.
  public String identify(Object... parts) {
    String question = Identity.of(parts);
    if (asOf != null) {
      question = Identity.of(question, "asOf", asOf);
    }
    return sampleRate < 1 ? Identity.of(question, "sampleRate", sampleRate) : question;
  }
}
