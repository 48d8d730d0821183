package io.tyto.graphqlschema.input;

import io.tyto.model.query.GroupKey.TimeAmount;
import java.time.Duration;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// Reads and applies amounts of time: the calendar part first, then the clock part.
final class TimeAmounts {

  private TimeAmounts() {}

  static ZonedDateTime minus(ZonedDateTime time, TimeAmount amount) {
    return time.minus(amount.period()).minus(amount.duration());
  }

  static TimeAmount positive(InputObject object, String member) {
    TimeAmount amount = (TimeAmount) object.require(member);
    if (isNegative(amount) || isZero(amount)) {
      throw object.error(member, "must be longer than nothing, such as PT15M or P7D");
    }
    return amount;
  }

  static @Nullable TimeAmount positiveOrNone(InputObject object, String member) {
    return object.has(member) ? positive(object, member) : null;
  }

  /// The same as a duration; a month has no fixed length, a day has 24 hours.
  static Duration fixed(InputObject object, String member) {
    TimeAmount amount = positive(object, member);
    if (amount.period().toTotalMonths() != 0) {
      throw object.error(member, "months and years have no fixed length: give it as PT15M or P7D");
    }
    return amount.duration().plusDays(amount.period().getDays());
  }

  private static boolean isNegative(TimeAmount amount) {
    return amount.period().isNegative() || amount.duration().isNegative();
  }

  private static boolean isZero(TimeAmount amount) {
    return amount.period().isZero() && amount.duration().isZero();
  }
}
