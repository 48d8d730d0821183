package io.tyto.ingest.proposal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.ingest.proposal.Observation.Kind;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.JsonPointer.Each;
import io.tyto.model.schema.JsonPointer.Member;
import io.tyto.model.schema.JsonPointer.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What records of a sample hold, by place, in the order in which the places were first seen.
final class Sample {
  /// Objects inside each other that become columns; what lies deeper stays JSON.
  static final int MAX_DEPTH = 4;

  /// Places beyond this number stay JSON.
  static final int MAX_PLACES = 2_000;

  private static final Set<String> NULL_TOKENS = Set.of("NULL", "null", "\\N", "NA", "N/A");
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<List<Step>, Observation> places = new LinkedHashMap<>();
  private final Set<String> nullTokens = new java.util.TreeSet<>();
  private int records;
  private int malformed;

  int records() {
    return records;
  }

  int malformed() {
    return malformed;
  }

  /// Texts that seem to mean null in a table.
  Set<String> nullTokens() {
    return nullTokens;
  }

  Map<JsonPointer, Observation> places() {
    Map<JsonPointer, Observation> byPointer = new LinkedHashMap<>();
    places.forEach((steps, observation) -> byPointer.put(new JsonPointer(steps), observation));
    return byPointer;
  }

  void addMalformed() {
    malformed++;
  }

  /// Looks at one record of a table.
  void addCells(List<String> columns, List<String> cells) {
    records++;
    for (int i = 0; i < columns.size(); i++) {
      Observation observation = at(List.of(new Member(columns.get(i))));
      String cell = i < cells.size() ? cells.get(i) : "";
      if (NULL_TOKENS.contains(cell)) {
        nullTokens.add(cell);
      }
      if (cell.isEmpty() || NULL_TOKENS.contains(cell)) {
        observation.addNull();
      } else {
        observation.add(Kind.TEXT, cell);
      }
    }
  }

  /// Looks at one JSON record; one that is no JSON object counts as malformed.
  void addJson(byte[] data, int from, int length) {
    try (JsonParser parser = JSON.createParser(data, from, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        malformed++;
        return;
      }
      readObject(parser, List.of());
      records++;
    } catch (IOException e) {
      // Half a record may have been looked at; a sample bears that.
      malformed++;
    }
  }

  private Observation at(List<Step> steps) {
    return places.computeIfAbsent(steps, _ -> new Observation());
  }

  private void readObject(JsonParser parser, List<Step> path) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      List<Step> steps = below(path, new Member(parser.currentName()));
      parser.nextToken();
      if (places.size() >= MAX_PLACES && !places.containsKey(steps)) {
        parser.skipChildren();
      } else {
        readValue(parser, steps);
      }
    }
  }

  private void readValue(JsonParser parser, List<Step> path) throws IOException {
    Observation observation = at(path);
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        observation.hasObjects = true;
        if (path.size() < MAX_DEPTH) {
          readObject(parser, path);
        } else {
          parser.skipChildren();
        }
      }
      case START_ARRAY -> {
        observation.hasArrays = true;
        readElements(parser, path, observation);
      }
      default -> readScalar(parser, observation);
    }
  }

  private void readElements(JsonParser parser, List<Step> path, Observation array)
      throws IOException {
    Observation elements = at(below(path, new Each()));
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken().isStructStart()) {
        array.hasNestedArrays = true;
        parser.skipChildren();
      } else {
        readScalar(parser, elements);
      }
    }
  }

  private static void readScalar(JsonParser parser, Observation observation) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_NULL -> observation.addNull();
      case VALUE_TRUE, VALUE_FALSE -> observation.add(Kind.BOOL, parser.getText());
      case VALUE_NUMBER_INT -> observation.add(Kind.WHOLE, parser.getText());
      case VALUE_NUMBER_FLOAT -> observation.add(Kind.FRACTION, parser.getText());
      default -> observation.add(Kind.TEXT, parser.getText());
    }
  }

  private static List<Step> below(List<Step> path, Step step) {
    List<Step> steps = new ArrayList<>(path);
    steps.add(step);
    return List.copyOf(steps);
  }
}
