package io.tyto.ingest.decode;

import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads records of CSV or TSV that are one line straight into columns.
///
/// As {@link JsonLineParser} it takes only what it is certain of: quotes within quotes, cells that
/// hold JSON or lists, and every value that does not fit are left to {@link CsvDecoder}.
final class CsvLineParser implements LineParser {
  private final RowsBuilder rows;
  private final RowRules rules;
  private final CsvValues values;
  private final byte delimiter;
  private final int cellCount;

  /// Cell of the event's time, or -1.
  private final int timeCell;

  /// Columns that no cell fills.
  private final int[] unfilled;

  private byte[] data = {};
  private int end;

  private CsvLineParser(
      RowsBuilder rows, RowRules rules, CsvValues values, byte delimiter, Cells cells) {
    this.rows = rows;
    this.rules = rules;
    this.values = values;
    this.delimiter = delimiter;
    this.cellCount = cells.count();
    this.timeCell = cells.time();
    this.unfilled = cells.unfilled();
  }

  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Cells(int count, int time, int[] unfilled) {}

  /// Null where a cell fills more than one column.
  ///
  /// @param columns names of the cells by position
  static @Nullable LineParser of(
      TableSchema schema,
      RowsBuilder rows,
      DecodeContext context,
      List<String> columns,
      char delimiter,
      FileFormat format) {
    if (RowRules.completesRows(schema) || schema.hasPrivate()) {
      return null; // columns are written as they come, and policies are for rows
    }
    CsvDialect dialect = CsvDialect.of(delimiter, format.quote());
    byte[][] nullTokens =
        format.nullTokens().stream()
            .map(token -> token.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    CsvValues values = new CsvValues(rows, dialect, format.emptyIsNull(), nullTokens);
    values.reserve(columns.size());
    RowRules rules = new RowRules(schema, context);
    Cells cells =
        assign(
            RowTargets.ofCells(schema),
            columns,
            values,
            rules.timePosition(),
            RowRules.appended(schema));
    return cells == null
        ? null
        : new CsvLineParser(rows, rules, values, dialect.delimiter(), cells);
  }

  private static @Nullable Cells assign(
      RowTargets targets,
      List<String> columns,
      CsvValues values,
      int timePosition,
      int[] appended) {
    List<Integer> unfilled = new ArrayList<>(Arrays.stream(appended).boxed().toList());
    int time = -1;
    for (int i = 0; i < targets.targets().size(); i++) {
      Target target = targets.targets().get(i);
      List<JsonPointer.Step> steps = targets.paths().get(i).steps();
      int cell =
          !steps.isEmpty() && steps.getFirst() instanceof JsonPointer.Member(String name)
              ? columns.indexOf(name)
              : -1;
      if (target.isAlias()) {
        if (cell >= 0) {
          return null; // whether the cell fills the column, each record decides
        }
      } else if (cell < 0) {
        unfilled.add(target.position());
      } else if (!values.isUnused(cell)) {
        return null;
      } else if (steps.size() == 1 && target.list() == null) {
        values.fill(cell, target);
        time = target.position() == timePosition ? cell : time;
      } else {
        values.leave(cell);
        unfilled.add(target.position());
      }
    }
    for (int cell = 0; cell < columns.size(); cell++) {
      if (values.isUnused(cell)) {
        values.ignore(cell);
      }
    }
    return new Cells(columns.size(), time, unfilled.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public void begin(byte[] newData, int to) {
    data = newData;
    end = to;
    rules.updateBounds();
    values.begin(newData, to);
  }

  @Override
  public int parse(int from) {
    int row = rows.rows();
    values.forgetNulls();
    int at = from;
    int cell = 0;
    while (true) {
      if (cell == cellCount) {
        return UNUSUAL;
      }
      at = values.read(cell, at, row);
      if (at < 0 || cell == timeCell && !values.isNull() && !isTimely(row)) {
        return UNUSUAL;
      }
      if (values.isNull()) {
        values.noteNull(cell);
      }
      cell++;
      if (data[at] != delimiter) {
        break;
      }
      at++;
    }
    if (at == from || at - from > JsonLineParser.MAX_USUAL_BYTES) {
      return UNUSUAL; // an empty line is no record
    }
    values.putNulls(cell, cellCount);
    for (int column : unfilled) {
      rows.putNull(column);
    }
    return Math.min(end, at + (data[at] == '\r' ? 2 : 1));
  }

  private boolean isTimely(int row) {
    return rules.isWithinBounds(values.longOf(timeCell, row));
  }
}
