package io.tyto.ingest.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.ViewService.ViewInput;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.View;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Views that stand in no config, as the catalog keeps them: the section that a config would have,
/// as JSON. Thread-safe: no state.
public final class SavedViews {
  private static final JsonFactory JSON = new JsonFactory();

  private SavedViews() {}

  /// The text of a definition; nothing of it is checked.
  public static String text(ViewInput input) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart("dimensions");
      for (String dimension : input.dimensions()) {
        json.writeString(dimension);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("measures");
      for (String measure : input.measures()) {
        json.writeString(measure);
      }
      json.writeEndArray();
      write(json, "granularity", input.granularity());
      write(json, "zone", input.zone());
      write(json, "strategy", input.strategy());
      write(json, "refreshEvery", input.refreshEvery());
      write(json, "backfillFrom", input.backfillFrom());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("no text is written to a disk", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  /// A definition over a collection as it is now. BAD_USER_INPUT with everything that is wrong.
  public static View parse(String name, String definition, EventConfig collection) {
    Problems problems = new Problems("view " + name);
    Section section = YamlFile.read(new ConfigFile("view " + name, definition), problems).top();
    EventConfig.Entity entity = collection.entity();
    ViewReader reader =
        new ViewReader(
            new Fields(collection.columns(), Set.of()),
            collection.time(),
            entity == null ? null : entity.key(),
            problems);
    boolean isNamed = reader.isNamed(new Located(name, 1, "name"));
    View view = section == null || !isNamed ? null : reader.read(name, section);
    if (view == null || !problems.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          problems.problems().stream()
              .map(ConfigProblem::toString)
              .collect(Collectors.joining("\n")));
    }
    return view;
  }
}
