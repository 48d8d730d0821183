package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decodes one CSV or TSV record. A column's pointer starts at a column of the file and may go on
/// inside a cell that holds JSON.
///
/// A cell is null where the line is too short for it, where it is one of the null tokens, and where
/// it is empty, unless the config says that empty is a value; that matters to strings, as for any
/// other type nothing is no value.
public final class CsvDecoder implements RecordDecoder {
  private final List<Source> sources = new ArrayList<>();
  private final RowTargets targets;
  private final RowRules rules;
  private final PathReader reader = new PathReader();
  private final Cell cell = new Cell();
  private final CsvCells cells;
  private final int columnCount;
  private final boolean emptyIsNull;
  private final byte[][] nullTokens;
  private final byte @Nullable [] listSeparator;
  private final byte[][] unread;

  /// Where one column's value stands.
  ///
  /// @param index of the cell
  /// @param inner the way on inside a cell that holds JSON, null where the cell is the value
  private record Source(int index, Target target, @Nullable PathNode inner) {}

  /// @param columns names of the cells by position
  /// @param delimiter as detected; that of `format` may be absent
  public CsvDecoder(
      TableSchema schema,
      List<String> columns,
      char delimiter,
      FileFormat format,
      DecodeContext context) {
    cells = new CsvCells(CsvDialect.of(delimiter, format.quote()));
    targets = RowTargets.ofCells(schema);
    rules = new RowRules(schema, context);
    columnCount = columns.size();
    emptyIsNull = format.emptyIsNull();
    nullTokens =
        format.nullTokens().stream()
            .map(token -> token.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    String separator = format.listSeparator();
    listSeparator =
        separator == null || separator.isEmpty()
            ? null
            : separator.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < targets.targets().size(); i++) {
      addSource(targets.targets().get(i), targets.paths().get(i), columns);
    }
    unread = targets.rest() == null ? new byte[0][] : unread(columns);
    if (sources.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "none of the file's columns %s is a field of %s; if its first line is no header, name the"
                  .formatted(columns, schema.name())
              + " columns in source.file.columns");
    }
  }

  @Override
  public @Nullable Rejection decode(byte[] data, int from, int to, Row row) {
    try {
      RowRules.checkText(data, from, to);
      cells.split(data, from, to);
      if (cells.count() > columnCount) {
        throw RejectException.of(
            Code.TOO_MANY_CELLS,
            "found %d cells, expected at most %d".formatted(cells.count(), columnCount));
      }
      targets.begin(row);
      for (int i = 0; i < sources.size(); i++) {
        Source source = sources.get(i);
        boolean isWanted = source.index() < cells.count() && !source.target().isServed(row);
        if (isWanted && !isNull(source)) {
          read(source, row);
        }
      }
      keepUnread();
      targets.finish(row);
      rules.apply(row);
      return null;
    } catch (RejectException e) {
      return e.rejection();
    }
  }

  private void addSource(Target target, JsonPointer path, List<String> columns) {
    List<JsonPointer.Step> steps = path.steps();
    if (steps.isEmpty() || !(steps.getFirst() instanceof JsonPointer.Member name)) {
      throw new IllegalArgumentException(
          "column %s: in CSV a pointer must name a column of the file"
              .formatted(target.column().name()));
    }
    int index = columns.indexOf(name.name());
    if (index < 0) {
      return;
    }
    List<JsonPointer.Step> inner = steps.subList(1, steps.size());
    // A `*` right behind the column says no more than its type: the elements of the cell.
    boolean isWholeCell = inner.isEmpty() || inner.equals(List.of(new JsonPointer.Each()));
    PathNode node = null;
    if (!isWholeCell || target.keepsWhole() || target.list() != null && listSeparator == null) {
      node = new PathNode();
      node.add(new JsonPointer(isWholeCell ? List.of() : inner), target);
    }
    sources.add(new Source(index, target, node));
  }

  /// Names of the cells that no column reads; empty at the others.
  private byte[][] unread(List<String> columns) {
    byte[][] names = new byte[columns.size()][];
    for (int i = 0; i < names.length; i++) {
      int cell = i;
      boolean isRead = sources.stream().anyMatch(source -> source.index() == cell);
      names[i] = (isRead ? "" : columns.get(i)).getBytes(StandardCharsets.UTF_8);
    }
    return names;
  }

  private void keepUnread() {
    RestOfEvent rest = targets.rest();
    for (int i = 0; rest != null && i < Math.min(unread.length, cells.count()); i++) {
      int from = cells.from(i);
      int to = cells.to(i);
      if (unread[i].length > 0 && from < to && !isNullToken(cells.data(i), from, to)) {
        rest.addText(unread[i], cells.data(i), from, to);
      }
    }
  }

  private boolean isNull(Source source) {
    int i = source.index();
    if (cells.from(i) == cells.to(i)) {
      return emptyIsNull || source.inner() != null || !isText(source.target());
    }
    return isNullToken(cells.data(i), cells.from(i), cells.to(i));
  }

  private boolean isNullToken(byte[] data, int from, int to) {
    for (byte[] token : nullTokens) {
      if (Arrays.equals(token, 0, token.length, data, from, to)) {
        return true;
      }
    }
    return false;
  }

  private void read(Source source, Row row) throws RejectException {
    byte[] data = cells.data(source.index());
    int from = cells.from(source.index());
    int to = cells.to(source.index());
    Target target = source.target();
    ListBuilder list = target.list();
    if (source.inner() != null && (list == null || isJsonArray(data, from, to, source.inner()))) {
      readJson(source.inner(), target, data, from, to, row);
    } else if (list == null) {
      convert(target, data, from, to);
      cell.moveTo(row, target.position());
    } else {
      readList(target, list, data, from, to);
    }
  }

  /// A cell of a list column without separator may also hold one plain value.
  private static boolean isJsonArray(byte[] data, int from, int to, PathNode inner) {
    return inner.targets().isEmpty() || from < to && data[from] == '[';
  }

  private void readJson(PathNode inner, Target target, byte[] data, int from, int to, Row row)
      throws RejectException {
    try {
      reader.read(data, from, to, inner, row, false);
    } catch (RejectException e) {
      throw e.about(target.column());
    }
  }

  private void readList(Target target, ListBuilder list, byte[] data, int from, int to)
      throws RejectException {
    list.markPresent();
    int start = from;
    while (listSeparator != null && from < to) {
      int stop = separatorAt(data, start, to, listSeparator);
      if (stop < 0) {
        break;
      }
      addElement(target, list, data, start, stop);
      start = stop + listSeparator.length;
    }
    if (from < to) {
      addElement(target, list, data, start, to);
    }
  }

  private void addElement(Target target, ListBuilder list, byte[] data, int from, int to)
      throws RejectException {
    boolean isEmpty = from == to;
    if (isEmpty && (emptyIsNull || !isText(target)) || isNullToken(data, from, to)) {
      list.add(null);
    } else {
      convert(target, data, from, to);
      list.add(cell.boxed());
    }
  }

  private void convert(Target target, byte[] data, int from, int to) throws RejectException {
    ValueConverter converter = target.converter();
    if (converter == null) {
      throw new IllegalStateException("json is not converted");
    }
    int start = from;
    int stop = to;
    if (!isText(target)) {
      while (start < stop && data[start] == ' ') {
        start++;
      }
      while (stop > start && data[stop - 1] == ' ') {
        stop--;
      }
    }
    converter.text(data, start, stop, cell);
  }

  private static boolean isText(Target target) {
    return target.column().type().element() instanceof ColumnType.StringType;
  }

  private static int separatorAt(byte[] data, int from, int to, byte[] separator) {
    for (int i = from; i <= to - separator.length; i++) {
      if (Arrays.equals(data, i, i + separator.length, separator, 0, separator.length)) {
        return i;
      }
    }
    return -1;
  }
}
