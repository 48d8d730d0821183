package io.tyto.ingest.decode;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds where in the bytes of a record the values of some columns stand, so that they can be
/// replaced. It errs to one side: what lies on the way to such a value and has another shape than
/// the way wants is taken for the value, and so is a whole cell of which a part is wanted.
///
/// Immutable and thread-safe.
public final class ValueRanges {
  private final List<Wanted> inEvents = new ArrayList<>();
  private final List<Wanted> inCells = new ArrayList<>();

  /// @param step position of the next step of the column's path
  private record Wanted(ColumnSpec column, List<JsonPointer.Step> steps, int step) {
    boolean isHere() {
      return step == steps.size();
    }

    boolean isEach() {
      return steps.get(step) instanceof JsonPointer.Each;
    }

    boolean isMember(String name) {
      return steps.get(step) instanceof JsonPointer.Member(String member) && member.equals(name);
    }

    boolean isIndex(int index) {
      return steps.get(step) instanceof JsonPointer.Member member && member.index() == index;
    }

    Wanted next() {
      return new Wanted(column, steps, step + 1);
    }
  }

  /// One value as it stands, in JSON with its quotes: bytes `[from, to)`.
  public record Found(ColumnSpec column, int from, int to) {}

  public ValueRanges(TableSchema schema, Predicate<ColumnSpec> columns) {
    EventConfig.Source source = schema.config().source();
    for (ColumnSpec column : schema.columns()) {
      if (columns.test(column) && column.derive() == null && column.enriched() == null) {
        add(column, column.name(), source);
        column.aliases().forEach(alias -> add(column, alias, source));
      }
    }
  }

  private void add(ColumnSpec column, String name, EventConfig.Source source) {
    inEvents.add(new Wanted(column, source.pathOf(name).steps(), 0));
    inCells.add(new Wanted(column, source.barePathOf(name).steps(), 0));
  }

  /// Whether there is anything to look for.
  public boolean isEmpty() {
    return inEvents.isEmpty();
  }

  /// The values, ascending and apart, or null where the record cannot be read.
  public @Nullable List<Found> find(byte[] record, PayloadForm form) {
    List<Found> found =
        switch (form) {
          case PayloadForm.Json _ -> inJson(record);
          case PayloadForm.Table table -> inTable(record, table);
          case PayloadForm.Opaque _ -> null;
        };
    if (found != null) {
      found.sort(Comparator.comparingInt(Found::from));
    }
    return found;
  }

  private @Nullable List<Found> inJson(byte[] record) {
    if (Utf8.invalidAt(record, 0, record.length) >= 0) {
      return null;
    }
    List<Found> found = new ArrayList<>();
    try {
      JsonScanner scanner = new JsonScanner();
      scanner.reset(record, 0, record.length);
      new JsonWalk(scanner, found).value(inEvents, 1);
      scanner.expectEnd();
      return found;
    } catch (RejectException e) {
      return null; // said in the dead letter already, where it is why there is one
    }
  }

  private @Nullable List<Found> inTable(byte[] record, PayloadForm.Table table) {
    CsvDialect dialect = CsvDialect.of(table.delimiter(), table.quote());
    List<Found> found = new ArrayList<>();
    int at = 0;
    for (int cell = 0; at <= record.length; cell++) {
      int end = endOfCell(record, at, dialect);
      if (cell >= table.columns().size() || end < 0) {
        return null; // cells beyond the columns may hold anything
      }
      for (Wanted one : inCells) {
        boolean isHere = !one.isHere() && one.isMember(table.columns().get(cell));
        if (isHere && end > at) {
          found.add(new Found(one.column(), at, end));
          break;
        }
      }
      at = end + 1;
    }
    return found;
  }

  /// Where the delimiter behind a cell stands, or the end; -1 where a quote is not closed.
  private static int endOfCell(byte[] record, int from, CsvDialect dialect) {
    int at = from;
    if (at < record.length && dialect.isQuote(record[at])) {
      at++;
      while (at < record.length && !isClosing(record, at, dialect)) {
        at += dialect.isQuote(record[at]) ? 2 : 1;
      }
      if (at >= record.length) {
        return -1;
      }
    }
    while (at < record.length && record[at] != dialect.delimiter()) {
      at++;
    }
    return at;
  }

  private static boolean isClosing(byte[] record, int at, CsvDialect dialect) {
    boolean isDoubled = at + 1 < record.length && dialect.isQuote(record[at + 1]);
    return dialect.isQuote(record[at]) && !isDoubled;
  }

  /// Goes through one JSON text.
  private record JsonWalk(JsonScanner scanner, List<Found> found) {
    void value(List<Wanted> here, int depth) throws RejectException {
      int first = scanner.peek();
      int start = scanner.position();
      List<Wanted> below = new ArrayList<>();
      Wanted whole = null;
      for (Wanted one : here) {
        Wanted way = one;
        while (!way.isHere() && way.isEach() && first != '[') {
          way = way.next(); // over anything but an array, `*` is the thing itself
        }
        if (way.isHere() || first != '{' && first != '[') {
          whole = stricter(whole, way);
        } else {
          below.add(way);
        }
      }
      if (whole != null || below.isEmpty()) {
        scanner.skip(depth);
      } else if (first == '{') {
        object(below, depth);
      } else {
        whole = array(below, depth);
      }
      if (whole != null && first != 'n') {
        found.removeIf(inner -> inner.from() >= start);
        found.add(new Found(whole.column(), start, scanner.position()));
      }
    }

    /// Of several columns that a value is taken for, the one that leaves nothing of it.
    private static Wanted stricter(@Nullable Wanted one, Wanted other) {
      Privacy privacy = one == null ? null : one.column().privacy();
      boolean isDropped = privacy != null && privacy.policy() == Privacy.Policy.DROP;
      return one != null && isDropped ? one : other;
    }

    private void object(List<Wanted> here, int depth) throws RejectException {
      scanner.enter('{', depth);
      if (scanner.take('}')) {
        return;
      }
      do {
        scanner.peek();
        scanner.key();
        String name =
            new String(
                scanner.tokenData(),
                scanner.tokenFrom(),
                scanner.tokenTo() - scanner.tokenFrom(),
                StandardCharsets.UTF_8);
        List<Wanted> below = new ArrayList<>();
        for (Wanted one : here) {
          if (one.isMember(name)) {
            below.add(one.next());
          }
        }
        value(below, depth + 1);
      } while (scanner.take(','));
      scanner.expect('}');
    }

    /// Returns a column whose way does not go on in an array, for which the array is taken whole.
    private @Nullable Wanted array(List<Wanted> here, int depth) throws RejectException {
      Wanted whole = null;
      for (Wanted one : here) {
        boolean goesOn =
            one.isEach()
                || one.steps().get(one.step()) instanceof JsonPointer.Member member
                    && member.index() >= 0;
        whole = goesOn ? whole : stricter(whole, one);
      }
      scanner.enter('[', depth);
      if (scanner.take(']')) {
        return whole;
      }
      int index = 0;
      do {
        List<Wanted> below = new ArrayList<>();
        for (Wanted one : here) {
          if (one.isEach() || one.isIndex(index)) {
            below.add(one.next());
          }
        }
        value(below, depth + 1);
        index++;
      } while (scanner.take(','));
      scanner.expect(']');
      return whole;
    }
  }
}
