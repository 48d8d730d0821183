package io.tyto.ingest.enrich;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;
import io.tyto.model.plugin.InputField;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Map;

/// Enrichers that do what a test needs.
public final class TestEnrichers {
  private TestEnrichers() {}

  /// Whatever an enricher does with one event.
  public interface Work {
    void enrich(Inputs inputs, Outputs outputs) throws Exception;
  }

  public record Given(List<InputField> reads, List<AddedField> adds, Work work)
      implements Enricher {
    @Override
    public void enrich(Inputs inputs, Outputs outputs) throws Exception {
      work.enrich(inputs, outputs);
    }
  }

  public static EnricherProvider provider(String name, Enricher enricher) {
    return new EnricherProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Enricher create(EnricherSettings settings) {
        return enricher;
      }
    };
  }

  /// A step without settings.
  public static StepSettings step(String name) {
    return new StepSettings(name, Map.of(), "tyto.yaml:1");
  }

  /// Upper case of `word`, as `loud`; it fails for the word `poison` after it has set its field.
  public static EnricherProvider loud() {
    return provider(
        "loud",
        new Given(
            List.of(InputField.of("word", ColumnType.STRING)),
            List.of(new AddedField("loud", ColumnType.STRING, "in capitals")),
            (in, out) -> {
              String word = in.text(0);
              if (!word.isEmpty()) {
                out.text(0, word.toUpperCase(java.util.Locale.ROOT));
              }
              if (word.equals("poison")) {
                throw new IllegalStateException("poisoned");
              }
            }));
  }

  /// Length of `loud`, which another step adds, as `size`.
  public static EnricherProvider size() {
    return provider(
        "size",
        new Given(
            List.of(InputField.of("loud", ColumnType.STRING)),
            List.of(
                new AddedField("size", ColumnType.INT, "characters"),
                new AddedField("unwanted", ColumnType.LONG, "nobody asks for it")),
            (in, out) -> {
              out.number(0, in.text(0).length());
              out.number(1, 7);
            }));
  }
}
