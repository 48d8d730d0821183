package io.tyto.ingest.append;

import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several sources of columns, one after the other. Not thread-safe.
public final class AppendChain implements AppendColumns {
  private final List<AppendColumns> steps;

  private AppendChain(List<AppendColumns> steps) {
    this.steps = List.copyOf(steps);
  }

  /// What fills the columns of a collection: the sources, and then what is derived from them. Null
  /// where there is nothing to do.
  ///
  /// @param sources those that are null have nothing to do
  public static @Nullable AppendColumns of(TableSchema schema, @Nullable AppendColumns... sources) {
    List<AppendColumns> steps = new ArrayList<>();
    for (AppendColumns source : sources) {
      if (source != null) {
        steps.add(source);
      }
    }
    if (!AppendedColumns.derived(schema.columns()).isEmpty()) {
      steps.add(new DerivedAtAppend(schema));
    }
    return switch (steps.size()) {
      case 0 -> null;
      case 1 -> steps.getFirst();
      default -> new AppendChain(steps);
    };
  }

  @Override
  public void fill(Row row, int entity, long receivedMicros) {
    for (AppendColumns step : steps) {
      step.fill(row, entity, receivedMicros);
    }
  }

  @Override
  public LoadedRows fill(LoadedRows rows) {
    LoadedRows filled = rows;
    for (AppendColumns step : steps) {
      filled = step.fill(filled);
    }
    return filled;
  }
}
