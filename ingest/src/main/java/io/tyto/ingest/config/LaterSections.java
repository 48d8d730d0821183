package io.tyto.ingest.config;

import org.jspecify.annotations.Nullable;

/// Sections that the config language has and this version does not act on. What would change
/// answers or keep data other than as written is refused; what only makes answers faster is checked
/// for its shape and kept.
final class LaterSections {
  private LaterSections() {}

  static void check(Section top, Fields columns, Problems problems) {
    cubes(top.section("cubes"), columns, problems);
    if (top.has("lifetime")) {
      top.section("lifetime");
      problems.wrong(
          top.line("lifetime"),
          "lifetime",
          "this version keeps no state per entity; leave the section out, nothing is lost: it can be"
              + " computed from stored events later");
    }
    if (top.has("join")) {
      top.sections("join");
      problems.wrong(
          top.line("join"),
          "join",
          "this version does not join at ingest; leave the section out and send the fields with the"
              + " event");
    }
  }

  private static void cubes(@Nullable Section section, Fields columns, Problems problems) {
    if (section == null) {
      return;
    }
    for (String name : section.keys()) {
      Section cube = section.section(name);
      if (cube == null) {
        continue;
      }
      cube.allowOnly(ConfigKeys.CUBE);
      for (Located dimension : cube.texts("dimensions")) {
        if (!columns.has(dimension.value())) {
          problems.wrong(
              dimension, "expected a column of `fields`" + columns.didYouMean(dimension.value()));
        }
      }
      cube.texts("measures");
      cube.texts("granularities");
    }
    problems.note(
        section.line(),
        "cubes",
        "are kept but not built by this version; queries read the raw rows and give the same answers");
  }
}
