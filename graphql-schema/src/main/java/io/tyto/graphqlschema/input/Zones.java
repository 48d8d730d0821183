package io.tyto.graphqlschema.input;

import java.time.ZoneId;

/// Reads the time zone of an input.
public final class Zones {

  private Zones() {}

  /// The one in member `timezone`, or `otherwise`.
  public static ZoneId of(InputObject input, ZoneId otherwise) {
    return input.get("timezone") instanceof ZoneId zone ? zone : otherwise;
  }
}
