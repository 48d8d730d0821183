package io.tyto.cluster.query;

import io.tyto.cluster.query.LeafWire.BoundsAnswer;
import io.tyto.cluster.query.LeafWire.BoundsQuestion;
import io.tyto.cluster.query.LeafWire.CloseQuestion;
import io.tyto.cluster.query.LeafWire.OpenAnswer;
import io.tyto.cluster.query.LeafWire.OpenQuestion;
import io.tyto.cluster.query.LeafWire.RowsQuestion;
import io.tyto.cluster.query.LeafWire.ScanAnswer;
import io.tyto.cluster.query.LeafWire.ScanQuestion;
import io.tyto.cluster.rpc.Call;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.engine.LeafService;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.shipping.StateTableCodec;
import io.tyto.model.error.TytoException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a node that holds rows answers to others. Thread-safe.
public final class LeafMethods {
  private final LeafService leaf;

  public LeafMethods(LeafService leaf) {
    this.leaf = leaf;
  }

  /// By name.
  public Map<String, NodeServer.Method> methods() {
    return Map.of(
        LeafWire.OPEN, this::open,
        LeafWire.BOUNDS, this::bounds,
        LeafWire.SCAN, this::scan,
        LeafWire.ROWS, this::rows,
        LeafWire.CLOSE, this::close);
  }

  private String open(Call call) {
    OpenQuestion asked = RecordJson.read(call.body(), OpenQuestion.class);
    LeafService.Opened opened =
        leaf.open(
            asked.collection(),
            new HashSet<>(asked.partitions()),
            asked.tails() == null ? Set.of() : new HashSet<>(asked.tails()),
            call.query());
    try {
      // Nobody would close it for who has gone meanwhile.
      call.query().check();
    } catch (TytoException e) {
      leaf.close(opened.lease());
      throw e;
    }
    return RecordJson.write(
        new OpenAnswer(
            opened.lease(),
            opened.schemaVersion(),
            opened.id(),
            opened.facts().deadLetters(),
            opened.facts().ingestLagMillis(),
            opened.hasEntityIds(),
            opened.time(),
            opened.facts().reach()),
        OpenAnswer.class);
  }

  private String bounds(Call call) {
    BoundsQuestion asked = RecordJson.read(call.body(), BoundsQuestion.class);
    return RecordJson.write(
        new BoundsAnswer(leaf.bounds(asked.lease(), asked.column(), call.query())),
        BoundsAnswer.class);
  }

  private String scan(Call call) {
    ScanQuestion asked = RecordJson.read(call.body(), ScanQuestion.class);
    FoundGroups found = leaf.scan(asked.lease(), asked::share, call.query());
    for (Map.Entry<Integer, List<StateTable>> some : found.tables().entrySet()) {
      for (StateTable table : some.getValue()) {
        send(some.getKey(), table, call);
      }
    }
    return RecordJson.write(
        new ScanAnswer(found.stats(), found.plan(), found.servedBy()), ScanAnswer.class);
  }

  private String rows(Call call) {
    RowsQuestion asked = RecordJson.read(call.body(), RowsQuestion.class);
    leaf.rows(
        asked.lease(),
        asked.there(),
        (partition, table) -> send(partition, table, call),
        call.query());
    return "{}";
  }

  private static void send(int partition, StateTable table, Call call) {
    byte[] bytes = StateTableCodec.encode(table);
    call.data(
        ByteBuffer.allocate(Integer.BYTES + bytes.length).putInt(partition).put(bytes).array());
  }

  private String close(Call call) {
    leaf.close(RecordJson.read(call.body(), CloseQuestion.class).lease());
    return "{}";
  }
}
