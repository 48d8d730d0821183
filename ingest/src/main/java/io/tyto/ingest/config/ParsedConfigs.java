package io.tyto.ingest.config;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import java.util.List;
import java.util.stream.Collectors;

/// What came out of reading configs.
///
/// @param configs those without problems, in the order of the files
/// @param tables dimension tables, likewise
/// @param problems everything that is wrong, in the order of the files and lines; while there is
///   one, nothing should be applied
/// @param notes what is accepted but has no effect in this version
public record ParsedConfigs(
    List<EventConfig> configs,
    List<DimensionTable> tables,
    List<ConfigProblem> problems,
    List<ConfigProblem> notes) {
  public static final ParsedConfigs NOTHING =
      new ParsedConfigs(List.of(), List.of(), List.of(), List.of());

  public ParsedConfigs {
    configs = List.copyOf(configs);
    tables = List.copyOf(tables);
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  public boolean isValid() {
    return problems.isEmpty();
  }

  /// The configs; CONFIG_INVALID with every problem, one a line, where there are any.
  public List<EventConfig> orThrow() {
    return requireValid().configs();
  }

  /// This; CONFIG_INVALID with every problem, one a line, where there are any.
  public ParsedConfigs requireValid() {
    if (!problems.isEmpty()) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    }
    return this;
  }
}
