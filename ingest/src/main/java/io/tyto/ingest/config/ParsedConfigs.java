package io.tyto.ingest.config;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.EventConfig;
import java.util.List;
import java.util.stream.Collectors;

/// What came out of reading configs.
///
/// @param configs those without problems, in the order of the files
/// @param problems everything that is wrong, in the order of the files and lines; while there is
///   one, nothing should be applied
/// @param notes what is accepted but has no effect in this version
public record ParsedConfigs(
    List<EventConfig> configs, List<ConfigProblem> problems, List<ConfigProblem> notes) {

  public ParsedConfigs {
    configs = List.copyOf(configs);
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  public boolean isValid() {
    return problems.isEmpty();
  }

  /// The configs; CONFIG_INVALID with every problem, one a line, where there are any.
  public List<EventConfig> orThrow() {
    if (!problems.isEmpty()) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    }
    return configs;
  }
}
