package io.tyto.ingest.config;

/// Sections that the config language has and this version does not act on: they would change
/// answers or keep data other than as written, and are refused.
final class LaterSections {
  private LaterSections() {}

  static void check(Section top, Problems problems) {
    if (top.has("join")) {
      top.sections("join");
      problems.wrong(
          top.line("join"),
          "join",
          "this version does not join at ingest; leave the section out and send the fields with the"
              + " event");
    }
  }
}
