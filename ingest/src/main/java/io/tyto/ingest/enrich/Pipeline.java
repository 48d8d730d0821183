package io.tyto.ingest.enrich;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;
import io.tyto.model.plugin.InputField;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.text.Suggestion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The enrichers of a node in the order in which they run.
///
/// Thread-safe. Lifetime: {@link #close} closes the enrichers; no row may be enriched any more.
public final class Pipeline implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());
  static final int MAX_STEPS = 100;

  public static final Pipeline EMPTY = new Pipeline(List.of());

  private final List<Step> steps;

  private Pipeline(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /// Makes every enricher. CONFIG_INVALID with every fault at once: unknown enrichers, settings
  /// that do not do, two steps that add the same column.
  public static Pipeline of(
      List<StepSettings> settings, Collection<? extends EnricherProvider> providers) {
    Map<String, EnricherProvider> byName = new TreeMap<>();
    providers.forEach(provider -> byName.put(provider.name(), provider));
    List<String> faults = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    if (settings.size() > MAX_STEPS) {
      faults.add("pipeline: has %d steps, at most %d".formatted(settings.size(), MAX_STEPS));
    }
    Map<String, Step> owners = new HashMap<>();
    for (StepSettings one : settings.subList(0, Math.min(MAX_STEPS, settings.size()))) {
      Step step = create(steps.size() + 1, one, byName, faults);
      if (step != null) {
        steps.add(step);
        claim(step, owners, faults);
      }
    }
    Pipeline pipeline = new Pipeline(steps);
    if (!faults.isEmpty()) {
      pipeline.close();
      throw new TytoException(ErrorCode.CONFIG_INVALID, String.join("\n", faults));
    }
    return pipeline;
  }

  private static @Nullable Step create(
      int position,
      StepSettings settings,
      Map<String, EnricherProvider> providers,
      List<String> faults) {
    String at = "%s: pipeline.%s".formatted(settings.where(), settings.enricher());
    EnricherProvider provider = providers.get(settings.enricher());
    if (provider == null) {
      faults.add(
          "%s: there is no such enricher, expected one of %s%s"
              .formatted(
                  at,
                  String.join(", ", providers.keySet()),
                  Suggestion.didYouMean(settings.enricher(), providers.keySet())));
      return null;
    }
    EnricherSettings given = new EnricherSettings(settings.settings());
    try {
      Enricher enricher = provider.create(given);
      Set<String> unknown = given.unknown();
      for (String key : unknown) {
        faults.add(
            "%s.%s: is an unknown key, expected one of %s%s"
                .formatted(
                    at,
                    key,
                    String.join(", ", new TreeSet<>(given.known())),
                    Suggestion.didYouMean(key, given.known())));
      }
      return new Step(position, settings, enricher);
    } catch (Exception | LinkageError e) {
      // Code of others: whatever it throws is its reason.
      faults.add("%s: %s".formatted(at, reason(e)));
      return null;
    }
  }

  private static void claim(Step step, Map<String, Step> owners, List<String> faults) {
    for (AddedField field : step.adds()) {
      Step other = owners.putIfAbsent(field.name(), step);
      if (!EnricherSettings.isColumnName(field.name())) {
        faults.add(
            "%s: adds the field '%s', which cannot be the name of a column"
                .formatted(step.title(), field.name()));
      } else if (field.type() instanceof ColumnType.JsonType) {
        faults.add(
            "%s: adds the field %s as json; expected any other type, such as string"
                .formatted(step.title(), field.name()));
      } else if (other != null) {
        faults.add(
            "%s: adds the field %s, which %s adds too; give one of them another `prefix`"
                .formatted(step.title(), field.name(), other.title()));
      }
    }
  }

  static String reason(Throwable e) {
    return e instanceof IllegalArgumentException && e.getMessage() != null
        ? e.getMessage()
        : e.toString();
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /// The same enrichers, whose work is not counted here: for events that are only checked and come
  /// again. Closed with this one, and not by itself.
  public Pipeline uncounted() {
    return new Pipeline(steps.stream().map(Step::uncounted).toList());
  }

  /// What fills the enriched columns of a schema's rows; each thread has its own.
  public RowEnricher forSchema(TableSchema schema) {
    List<BoundStep> bound = new ArrayList<>();
    for (Step step : steps) {
      BoundStep one = BoundStep.of(step, schema);
      if (one != null) {
        bound.add(one);
      }
    }
    return new RowEnricher(bound);
  }

  /// Why a column that a config declares as enriched could not be filled; null where it can.
  ///
  /// @param columns of the config by name
  public @Nullable String problem(
      ColumnSpec column, Function<String, @Nullable ColumnSpec> columns) {
    String name = String.valueOf(column.enriched());
    Set<String> names = steps.stream().map(Step::name).collect(Collectors.toSet());
    List<Step> candidates = steps.stream().filter(step -> step.name().equals(name)).toList();
    if (candidates.isEmpty()) {
      return names.isEmpty()
          ? "expected an enricher of the server's `pipeline`, which is empty"
          : "expected an enricher of the server's `pipeline`: %s%s"
              .formatted(
                  String.join(", ", new TreeSet<>(names)), Suggestion.didYouMean(name, names));
    }
    for (Step step : candidates) {
      for (AddedField field : step.adds()) {
        if (field.name().equals(column.name())) {
          return field.type().equals(column.type())
              ? missingInput(step, columns)
              : "which adds %s as %s, expected `type: %s` and not %s"
                  .formatted(field.name(), field.type(), field.type(), column.type());
        }
      }
    }
    Set<String> added =
        candidates.stream()
            .flatMap(step -> step.adds().stream())
            .map(AddedField::name)
            .collect(Collectors.toCollection(TreeSet::new));
    return "which adds no field %s, expected one of %s%s"
        .formatted(
            column.name(), String.join(", ", added), Suggestion.didYouMean(column.name(), added));
  }

  private static @Nullable String missingInput(
      Step step, Function<String, @Nullable ColumnSpec> columns) {
    for (InputField input : step.reads()) {
      ColumnSpec column = columns.apply(input.name());
      if (column == null && !input.isRequired()) {
        continue;
      }
      if (column == null) {
        return "which reads the field %s, expected it in `fields` as %s"
            .formatted(input.name(), Step.typesOf(input));
      }
      if (column.derive() != null || column.isAppended()) {
        return "which reads the field %s, expected one that is not %s: enrichers run first"
            .formatted(input.name(), column.derive() != null ? "derived" : "a state");
      }
      if (!input.types().contains(column.type())) {
        return "which reads the field %s as %s, and here it is %s"
            .formatted(input.name(), Step.typesOf(input), column.type());
      }
    }
    return null;
  }

  /// The enriched columns of a schema that this pipeline does not fill, each with the reason.
  public List<String> unserved(TableSchema schema) {
    List<String> unserved = new ArrayList<>();
    for (ColumnSpec column : schema.columns()) {
      boolean isEnriched = column.enriched() != null && !column.isJoined() && !column.isAppended();
      String problem = isEnriched ? problem(column, schema.config()::column) : null;
      if (problem != null) {
        unserved.add(
            "the field %s stays null in new events: its enricher is '%s', %s"
                .formatted(column.name(), column.enriched(), problem));
      }
    }
    return unserved;
  }

  /// The steps, the collections they serve and what they did so far.
  public List<PipelineStep> status(List<TableSchema> schemas) {
    return steps.stream().map(step -> step.status(schemas)).toList();
  }

  /// Looks at the failures since the last look. To be called every second or so, by one thread.
  ///
  /// @param raise takes a step's topic and the alarm
  /// @param clear takes the topic of a step that is well
  public void look(BiConsumer<String, String> raise, Consumer<String> clear) {
    for (Step step : steps) {
      String alarm = step.counters().look(System.nanoTime());
      String topic = "pipeline." + step.position();
      if (alarm == null) {
        clear.accept(topic);
      } else {
        raise.accept(topic, step.title() + " " + alarm);
      }
    }
  }

  @Override
  public void close() {
    for (Step step : steps) {
      try {
        step.enricher().close();
      } catch (IOException | RuntimeException e) {
        // The others are closed all the same; there is nobody left who could do anything about it.
        LOG.log(WARNING, step.title() + " cannot be closed", e);
      }
    }
  }
}
