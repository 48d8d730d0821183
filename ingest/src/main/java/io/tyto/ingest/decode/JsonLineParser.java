package io.tyto.ingest.decode;

import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads JSON objects, one a line, straight into columns.
///
/// It takes only what it is certain of and knows no errors: columns below a path or of lists, keys
/// that stand twice, anything that is not strictly JSON, and every value that does not fit its
/// column are left to {@link JsonDecoder}, which so decides alone what an error is.
/// `JsonLineParserTest` compares the two.
final class JsonLineParser implements LineParser {
  /// Longer records are left to the decoder, which weighs them against the limits of the log.
  static final int MAX_USUAL_BYTES = 1 << 15;

  private final RowsBuilder rows;
  private final RowRules rules;
  private final int timeKey;
  private final JsonKeys keys = new JsonKeys();
  private final JsonValues values;

  /// Columns that no key fills: they lie deeper and are null where the parser takes a record, or
  /// the partition fills them.
  private final int[] unfilled;

  /// Record in which a key stood last, and in which it had a value.
  private long[] seen = new long[0];

  private long[] present = new long[0];
  private final int columnKeys;
  private long record;

  private byte[] data = {};
  private int end;

  private JsonLineParser(
      RowRules rules, RowsBuilder rows, Map<String, Wants> wantsByKey, int[] appended) {
    this.rows = rows;
    this.rules = rules;
    values = new JsonValues(rows);
    List<Target> left = new ArrayList<>();
    int time = JsonKeys.UNKNOWN;
    for (Map.Entry<String, Wants> entry : wantsByKey.entrySet()) {
      int key = keys.add(entry.getKey().getBytes(StandardCharsets.UTF_8));
      Wants wants = entry.getValue();
      if (wants.isOneValue()) {
        Target target = wants.targets().getFirst();
        values.fill(key, target);
        time = target.position() == rules.timePosition() ? key : time;
      } else {
        values.leave(key);
        // A column that is read under another name has its own key, which nulls it.
        wants.targets().stream().filter(target -> !target.isAlias()).forEach(left::add);
      }
    }
    timeKey = time;
    unfilled =
        IntStream.concat(left.stream().mapToInt(Target::position), IntStream.of(appended))
            .toArray();
    columnKeys = keys.count();
    growNotes();
  }

  /// Who wants something of the value at a key of the record.
  private record Wants(List<Target> targets, List<JsonPointer> paths) {
    /// The value itself is one cell, and no more.
    boolean isOneValue() {
      return targets.size() == 1
          && !targets.getFirst().isAlias()
          && targets.getFirst().list() == null
          && paths.getFirst().steps().size() == 1;
    }
  }

  /// Null where the schema asks for what is not at or below a key of a record.
  static @Nullable LineParser of(TableSchema schema, RowsBuilder rows, DecodeContext context) {
    if (RowTargets.envelopeOf(schema) != null) {
      return null; // whether an event is for the collection, its own values do not say
    }
    RowTargets targets = RowTargets.ofEvents(schema);
    Map<String, Wants> wantsByKey = new LinkedHashMap<>();
    for (int i = 0; i < targets.targets().size(); i++) {
      JsonPointer path = targets.paths().get(i);
      if (path.steps().isEmpty()
          || !(path.steps().getFirst() instanceof JsonPointer.Member(String name))
          || !JsonKeys.isPlain(name.getBytes(StandardCharsets.UTF_8))) {
        return null;
      }
      Wants wants =
          wantsByKey.computeIfAbsent(name, _ -> new Wants(new ArrayList<>(), new ArrayList<>()));
      wants.targets().add(targets.targets().get(i));
      wants.paths().add(path);
    }
    // Columns are written as they come, and policies are for rows.
    return RowRules.completesRows(schema) || schema.hasPrivate() || wantsByKey.isEmpty()
        ? null
        : new JsonLineParser(
            new RowRules(schema, context), rows, wantsByKey, RowRules.appended(schema));
  }

  @Override
  public void begin(byte[] newData, int to) {
    data = newData;
    end = to;
    rules.updateBounds();
    keys.begin(newData);
    values.begin(newData, to);
  }

  @Override
  public int parse(int from) {
    if (data[from] != '{') {
      return UNUSUAL;
    }
    record++;
    int filled = 0;
    int at = blanks(from + 1);
    int previous = JsonKeys.FIRST;
    while (true) {
      int key = keys.at(at, previous);
      if (key < 0) {
        key = learn(at, previous);
      }
      if (key < 0 || seen[key] == record) {
        return UNUSUAL;
      }
      seen[key] = record;
      previous = key;
      at = blanks(at + keys.length(key));
      if (data[at] == 'n') {
        at = values.readNull(key, at);
      } else {
        at = values.read(key, at, rows.rows());
        present[key] = record;
        filled += key < columnKeys ? 1 : 0;
      }
      if (at < 0) {
        return UNUSUAL;
      }
      at = blanks(at);
      if (data[at] != ',') {
        break;
      }
      at = blanks(at + 1);
    }
    int next = data[at] == '}' && at - from <= MAX_USUAL_BYTES ? behindLine(at + 1) : UNUSUAL;
    if (next < 0 || !isTimely()) {
      return UNUSUAL;
    }
    complete(filled);
    return next;
  }

  /// A key that no column asks for: it is known from now on.
  private int learn(int at, int previous) {
    int key = keys.learn(at, previous);
    if (key >= seen.length) {
      growNotes();
    }
    if (key >= 0 && values.isUnused(key)) {
      values.ignore(key);
    }
    return key;
  }

  private void growNotes() {
    int size = Math.max(64, 2 * keys.count());
    seen = Arrays.copyOf(seen, size);
    present = Arrays.copyOf(present, size);
    values.reserve(size);
  }

  /// Nulls what is absent.
  private void complete(int filled) {
    if (filled < columnKeys) {
      for (int key = 0; key < columnKeys; key++) {
        if (present[key] != record) {
          values.putNull(key);
        }
      }
    }
    for (int column : unfilled) {
      rows.putNull(column);
    }
  }

  private boolean isTimely() {
    return timeKey < 0
        || present[timeKey] != record
        || rules.isWithinBounds(values.longOf(timeKey, rows.rows()));
  }

  private int behindLine(int from) {
    int at = from;
    while (data[at] == ' ' || data[at] == '\t' || data[at] == '\r') {
      at++;
    }
    return data[at] == '\n' ? Math.min(at + 1, end) : UNUSUAL;
  }

  /// Goes past blanks, but not to another line.
  private int blanks(int from) {
    int at = from;
    while (data[at] <= ' ' && (data[at] == ' ' || data[at] == '\t')) {
      at++;
    }
    return at;
  }
}
