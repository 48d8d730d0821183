package io.tyto.cluster.query;

import io.tyto.cluster.query.LeafWire.BoundsAnswer;
import io.tyto.cluster.query.LeafWire.BoundsQuestion;
import io.tyto.cluster.query.LeafWire.CloseQuestion;
import io.tyto.cluster.query.LeafWire.OpenAnswer;
import io.tyto.cluster.query.LeafWire.OpenQuestion;
import io.tyto.cluster.query.LeafWire.RowsQuestion;
import io.tyto.cluster.query.LeafWire.ScanAnswer;
import io.tyto.cluster.query.LeafWire.ScanQuestion;
import io.tyto.cluster.rpc.Answer;
import io.tyto.cluster.rpc.Frame;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.ShippedRows;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.shipping.StateTableCodec;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.SnapshotLostException;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rows of another node. Thread-safe; UnreachableException where it does not answer.
record RemoteLeaf(NodeAddress address, NodeClient client) implements Leaf {
  private static final int UNPACKED = 2;

  /// They come as the newest config has them.
  private static final int ROWS_VERSION = Integer.MAX_VALUE;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  @Override
  public LeafService.Opened open(String collection, Choice.Part part, QueryContext context) {
    OpenQuestion question =
        new OpenQuestion(
            collection, part.partitions(), part.tails().isEmpty() ? null : part.tails());
    String json = RecordJson.write(question, OpenQuestion.class);
    OpenAnswer found = RecordJson.readKnown(openWithin(json, context), OpenAnswer.class);
    return new LeafService.Opened(
        found.lease(),
        found.schemaVersion(),
        found.id(),
        new TableSnapshot.Facts(
            found.deadLetters(),
            found.lagMillis(),
            found.reach() == null ? Reach.NONE : found.reach(),
            Reach.NONE),
        found.hasEntityIds(),
        found.time());
  }

  /// Within half of the time that is left: who does not answer by then is not waited for, so that
  /// another can be asked.
  private String openWithin(String json, QueryContext context) {
    QueryContext half = context.within(Duration.ofNanos(context.remainingNanos() / 2));
    try {
      return ask(LeafWire.OPEN, json, half);
    } catch (TytoException e) {
      if (e.code() == ErrorCode.QUERY_TIMEOUT && context.remainingNanos() > 0) {
        throw new UnreachableException(address, "it opens nothing in time", e);
      }
      throw e;
    }
  }

  @Override
  public @Nullable LongRange bounds(String lease, String column, QueryContext context) {
    BoundsQuestion question = new BoundsQuestion(lease, column);
    String json = RecordJson.write(question, BoundsQuestion.class);
    return RecordJson.readKnown(ask(LeafWire.BOUNDS, json, context), BoundsAnswer.class).range();
  }

  /// The end of an answer that is nothing else.
  private String ask(String method, String json, QueryContext context) {
    try (Answer answer = client.call(address, method, json, context)) {
      return answer.next().text();
    }
  }

  @Override
  public FoundGroups scan(String lease, ScanShare share, ScanContext context) {
    String json = RecordJson.write(ScanQuestion.of(lease, share), ScanQuestion.class);
    Map<Integer, List<StateTable>> tables = new TreeMap<>();
    // What it reads is the caller's to pay here: the other node knows no callers.
    context.begin(new Estimate(Estimate.Lane.SCAN, 0, columns(share)));
    try (Answer answer = client.call(address, LeafWire.SCAN, json, context.query())) {
      Frame frame =
          tables(
              answer,
              context,
              (partition, table, _) ->
                  tables.computeIfAbsent(partition, _ -> new ArrayList<>()).add(table));
      ScanAnswer end = RecordJson.readKnown(frame.text(), ScanAnswer.class);
      context.scanned(end.stats().rowsScanned());
      return new FoundGroups(tables, end.stats(), end.plan(), end.servedBy());
    }
  }

  private interface Taker {
    void take(int partition, StateTable table, long heldBytes);
  }

  /// Takes the tables of an answer; returns what comes behind them.
  private static Frame tables(Answer answer, ScanContext context, Taker taker) {
    Frame frame = answer.next();
    for (; frame.kind() == Frame.Kind.DATA; frame = answer.next()) {
      byte[] bytes = frame.payload();
      // As they are in memory, where narrow values are as wide as any.
      long heldBytes = (long) bytes.length * UNPACKED;
      context.memory().reserve(heldBytes);
      int partition = ByteBuffer.wrap(bytes).getInt();
      byte[] table = Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length);
      taker.take(partition, StateTableCodec.decode(table), heldBytes);
    }
    return frame;
  }

  @Override
  public List<RowSource> rows(String lease, Choice.Part part, Reach sealed, ScanContext context) {
    Map<Integer, Map<String, Long>> there = new TreeMap<>();
    for (int partition : part.partitions()) {
      Map<String, Long> below = sealed.of(partition);
      if (below == null) {
        throw SnapshotLostException.passing(
            "partition %d changes hands just now; ask again".formatted(partition));
      }
      there.put(partition, below);
    }
    String json = RecordJson.write(new RowsQuestion(lease, there), RowsQuestion.class);
    Map<Integer, List<RowSource>> rows = new TreeMap<>();
    try (Answer answer = client.call(address, LeafWire.ROWS, json, context.query())) {
      tables(
          answer,
          context,
          (partition, table, bytes) ->
              rows.computeIfAbsent(partition, _ -> new ArrayList<>())
                  .add(new ShippedRows(partition, ROWS_VERSION, table, bytes)));
    }
    return rows.values().stream().flatMap(List::stream).toList();
  }

  private static int columns(ScanShare share) {
    return Math.max(1, share.spec().keys().size() + share.spec().states().size());
  }

  @Override
  public void close(String lease) {
    QueryContext context = new QueryContext("close", CLOSING, 0);
    String json = RecordJson.write(new CloseQuestion(lease), CloseQuestion.class);
    try (Answer answer = client.call(address, LeafWire.CLOSE, json, context)) {
      answer.next();
    } catch (UnreachableException | TytoException _) {
      // The lease ends by itself.
    }
  }
}
