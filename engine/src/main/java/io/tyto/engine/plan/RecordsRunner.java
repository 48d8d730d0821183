package io.tyto.engine.plan;

import io.tyto.engine.measure.Columns;
import io.tyto.engine.page.Cursor;
import io.tyto.engine.record.RowScan;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.result.RecordsResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers one query for raw records on one snapshot.
public final class RecordsRunner {
  private RecordsRunner() {}

  /// @param anchor the record that the page begins after (backward: ends before), or null
  public static RecordsResult run(
      RecordsQuery query, @Nullable Cursor anchor, TableSnapshot snapshot, ScanContext context) {
    long started = System.nanoTime();
    Columns columns = new Columns(snapshot.schema());
    List<RowSource> sources = snapshot.sources(context);
    new QueryCheck(columns).check(query);
    if (query.after() != null && query.before() != null) {
      throw columns.refuse("a page lies after one cursor or before one, not between two");
    }
    RowScan.Spec spec =
        new RowScan.Spec(
            snapshot.schema(),
            query.range(),
            query.where(),
            query.orderBy(),
            query.columns(),
            query.backward(),
            anchor == null ? null : position(anchor, sources),
            query.offset(),
            query.limit(),
            query.wantsTotal());
    RowScan.Rows rows =
        Checkpoint.within(context.query(), () -> RowScan.run(spec, sources, context));
    return result(query, anchor, snapshot, rows, context, started);
  }

  private static RecordsResult result(
      RecordsQuery query,
      @Nullable Cursor anchor,
      TableSnapshot snapshot,
      RowScan.Rows rows,
      ScanContext context,
      long started) {
    // Rows behind the page: those up to the anchor, and those that the offset left out.
    boolean hasBehind = anchor != null || query.offset() > 0;
    MetaData meta = MetaData.of(snapshot, context.query(), started);
    return new RecordsResult(
        rows.positions().size(),
        rows.columns(),
        rows.identities().stream().map(RowScan.Identity::recordId).toList(),
        cursors(query, snapshot, rows.positions()),
        query.backward() ? hasBehind : rows.hasMore(),
        query.backward() ? rows.hasMore() : hasBehind,
        query.wantsTotal() ? rows.total() : null,
        meta.of(rows.stats(), "segments", rows.hasMore(), List.of(), context.cost()));
  }

  private static List<String> cursors(
      RecordsQuery query, TableSnapshot snapshot, List<RowScan.RowPosition> positions) {
    // A place counts sources, so it is of one order of them.
    String placed =
        snapshot.layout().isEmpty()
            ? snapshot.id()
            : snapshot.id() + Cursor.LAYOUT + snapshot.layout();
    return positions.stream()
        .map(at -> Cursor.of(placed, query.identity(), at.source(), at.row()).encode())
        .toList();
  }

  private static RowScan.RowPosition position(Cursor cursor, List<RowSource> sources) {
    boolean exists =
        cursor.first() < sources.size() && cursor.second() < sources.get(cursor.first()).rowCount();
    if (!exists) {
      throw Cursor.invalid(null);
    }
    return new RowScan.RowPosition(cursor.first(), cursor.second());
  }
}
