package io.tyto.gateway;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The kept cohorts of one project. They lie side by side with those of others, under names that
/// begin with the project's; those of the default project have theirs bare. Thread-safe.
final class ProjectCohorts implements CohortService {
  private static final String MARK = "project:";

  private final CohortService all;
  private final String prefix;

  private ProjectCohorts(CohortService all, String prefix) {
    this.all = all;
    this.prefix = prefix;
  }

  /// Those of a project; of all projects under their whole names.
  ///
  /// @param project null: of all projects
  static CohortService of(@Nullable String project, CohortService all) {
    return project == null
        ? all
        : new ProjectCohorts(
            all, project.equals(Caller.DEFAULT_PROJECT) ? "" : MARK + project + "/");
  }

  @Override
  public List<SavedCohort> cohorts() {
    return all.cohorts().stream().filter(cohort -> isOwn(cohort.name())).map(this::shown).toList();
  }

  @Override
  public SavedCohort saveCohort(
      String entity, String name, String definition, @Nullable Long expectedVersion) {
    return shown(all.saveCohort(entity, kept(name), definition, expectedVersion));
  }

  @Override
  public boolean dropCohort(String entity, String name) {
    return all.dropCohort(entity, kept(name));
  }

  private boolean isOwn(String name) {
    return prefix.isEmpty() ? !name.startsWith(MARK) : name.startsWith(prefix);
  }

  private String kept(String name) {
    if (prefix.isEmpty() && name.startsWith(MARK)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "a cohort's name does not begin with '" + MARK + "'");
    }
    return prefix + name;
  }

  private SavedCohort shown(SavedCohort cohort) {
    return new SavedCohort(
        cohort.entity(),
        cohort.name().substring(prefix.length()),
        cohort.definition(),
        cohort.version());
  }
}
