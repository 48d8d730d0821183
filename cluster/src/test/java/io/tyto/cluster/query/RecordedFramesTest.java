package io.tyto.cluster.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.cluster.member.Member;
import io.tyto.cluster.query.LeafWire.BoundsAnswer;
import io.tyto.cluster.query.LeafWire.BoundsQuestion;
import io.tyto.cluster.query.LeafWire.CloseQuestion;
import io.tyto.cluster.query.LeafWire.OpenAnswer;
import io.tyto.cluster.query.LeafWire.OpenQuestion;
import io.tyto.cluster.query.LeafWire.RowsQuestion;
import io.tyto.cluster.query.LeafWire.ScanAnswer;
import io.tyto.cluster.query.LeafWire.ScanQuestion;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.shipping.ShippedGroups.Entities;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.shipping.StateTableCodec;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.ColumnType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What nodes of the first release with a cluster say to each other, as recorded then: a newer one
/// must understand it, and must say nothing that would be refused there.
///
/// A frame that is new is recorded by `-Dtyto.record=FOLDER`; one that was released never changes.
class RecordedFramesTest {
  private static final String FOLDER = "frames/1/";
  private static final JsonFactory JSON = new JsonFactory();

  /// @param isTold not asked: what the reader does not know is left out
  private record Frame(String name, Record value, Class<? extends Record> type, boolean isTold) {}

  private static final List<Frame> FRAMES =
      List.of(
          new Frame(
              "open", new OpenQuestion("plays", List.of(0, 5), null), OpenQuestion.class, false),
          new Frame(
              "open-tails",
              new OpenQuestion("plays", List.of(0, 5), List.of(5)),
              OpenQuestion.class,
              false),
          new Frame(
              "opened",
              new OpenAnswer(
                  "l-1",
                  7,
                  "0a1b",
                  3,
                  250L,
                  true,
                  new LongRange(-1, 1_700_000_000_000_000L),
                  new Reach(Map.of(0, Map.of("kafka:c:t:0", 42L)))),
              OpenAnswer.class,
              true),
          new Frame("bounds", new BoundsQuestion("l-1", "amount"), BoundsQuestion.class, false),
          new Frame("bounded", new BoundsAnswer(new LongRange(0, 9)), BoundsAnswer.class, true),
          new Frame(
              "scan",
              new ScanQuestion(
                  "l-1",
                  new TimeInterval(Instant.parse("2026-01-01T00:00:00Z"), null),
                  new Filter.And(
                      List.of(
                          new Filter.Compare("country", Filter.Op.EQ, "DE", false),
                          new Filter.In("level", List.of(1L, 2L), true))),
                  List.of(
                      new ScanKey.ColumnKey("country"),
                      new ScanKey.BinsKey("amount", 10.0, List.of())),
                  List.of(
                      new StateSpec(new Measure.Count(), null),
                      new StateSpec(
                          new Measure.Column("amount", Measure.Function.SUM_EXACT),
                          new Filter.IsNull("refunded"))),
                  new GroupScan.Best(0, true, 10),
                  Entities.AS_COUNTS),
              ScanQuestion.class,
              false),
          new Frame(
              "scanned",
              new ScanAnswer(
                  new ScanStats(1_000, 64_000, 3, 1),
                  new QueryPlan(
                      "daily",
                      List.of(new QueryPlan.Rejection("hourly", "no country")),
                      List.of(new QueryPlan.Part("rows", "..", 2, 1_000)),
                      0.5),
                  "cube:daily"),
              ScanAnswer.class,
              true),
          new Frame(
              "rows",
              new RowsQuestion("l-1", Map.of(0, Map.of("kafka:c:t:0", 42L))),
              RowsQuestion.class,
              false),
          new Frame("close", new CloseQuestion("l-1"), CloseQuestion.class, false),
          new Frame(
              "member",
              new Member(
                  "a",
                  new NodeAddress("10.0.0.1", 7400),
                  "z1",
                  Member.Role.NODE,
                  Member.State.SERVING,
                  Map.of(1, List.of(0, 2)),
                  Map.of(1, List.of(1))),
              Member.class,
              true));

  private static StateTable table() {
    Map<Integer, StateTable.Column> columns = new LinkedHashMap<>();
    columns.put(
        1,
        new StateTable.Column(
            ColumnType.STRING,
            new ColumnVector.Bytes(
                3,
                "DEFR".getBytes(StandardCharsets.UTF_8),
                new int[] {0, 2, 2, 4},
                new long[] {2})));
    columns.put(
        2,
        new StateTable.Column(
            ColumnType.LONG, new ColumnVector.Longs(3, new long[] {-1, 300, 70_000}, null)));
    columns.put(
        3,
        new StateTable.Column(
            ColumnType.DOUBLE, new ColumnVector.Doubles(3, new double[] {0.5, -0.0, 1e300}, null)));
    return new StateTable(3, columns);
  }

  @Test
  void whatWasSaidThenIsUnderstood() throws IOException {
    for (Frame frame : FRAMES) {
      String then = recorded(frame.name() + ".json", json(frame));
      assertEquals(
          frame.value(),
          frame.isTold()
              ? RecordJson.readKnown(then, frame.type())
              : RecordJson.read(then, frame.type()),
          frame.name());
    }
  }

  /// A reader of then knows the members that were written then, and refuses any other of a
  /// question.
  @Test
  void whatIsSaidNowWouldNotHaveBeenRefusedThen() throws IOException {
    for (Frame frame : FRAMES) {
      if (!frame.isTold()) {
        TreeSet<String> now = members(json(frame));
        TreeSet<String> then = members(recorded(frame.name() + ".json", json(frame)));
        assertTrue(then.containsAll(now), () -> frame.name() + " says " + now + ", known: " + then);
      }
    }
  }

  @Test
  void tablesAreTheSameBytes() throws IOException {
    byte[] now = StateTableCodec.encode(table());
    byte[] then = HexFormat.of().parseHex(recorded("table.hex", HexFormat.of().formatHex(now)));
    assertArrayEquals(then, now);
    assertArrayEquals(now, StateTableCodec.encode(StateTableCodec.decode(then)));
  }

  @Test
  void whatANewerReleaseTellsIsLeftOut() {
    for (Frame frame : FRAMES) {
      if (frame.isTold()) {
        String newer =
            json(frame).replaceFirst("\\{", "{\"of the future\":{\"a\":[1,{\"b\":null}]},");
        assertEquals(frame.value(), RecordJson.readKnown(newer, frame.type()), frame.name());
      }
    }
  }

  private static String json(Frame frame) {
    return RecordJson.write(frame.value(), frame.type());
  }

  private static String recorded(String name, String now) throws IOException {
    String folder = System.getProperty("tyto.record");
    if (folder != null) {
      Files.writeString(Files.createDirectories(Path.of(folder)).resolve(name), now + "\n");
      return now;
    }
    try (InputStream in =
        RecordedFramesTest.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new AssertionError(name + " was not recorded: -Dtyto.record=FOLDER");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /// Paths of all members, elements of lists by no number.
  private static TreeSet<String> members(String text) throws IOException {
    TreeSet<String> members = new TreeSet<>();
    try (JsonParser in = JSON.createParser(text)) {
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          members.add(
              in.getParsingContext().pathAsPointer().toString().replaceAll("/[0-9]+", "/*"));
        }
      }
    }
    return members;
  }
}
