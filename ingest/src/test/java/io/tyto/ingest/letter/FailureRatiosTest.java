package io.tyto.ingest.letter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FailureRatiosTest {
  private static final TableSchema PLAY =
      Schemas.firstVersion(
          ConfigParser.parse(List.of(new ConfigFile("play.yaml", NodeFixture.PLAY)))
              .orThrow()
              .getFirst(),
          1,
          1,
          1);

  private final FailureRatios ratios = new FailureRatios(0.05);

  @Test
  void theShareOfAFullWindowRaisesTheAlarm() {
    assertNull(add(60, 50, Code.BAD_FORMAT));
    assertEquals(
        "play: of the last 61 records from http, 51 were refused (84 %), most of them as BAD_FORMAT. To see why: tyto dead-letters reasons play",
        add(1, 1, Code.TYPE_MISMATCH));
    assertEquals(1, ratios.alarms().size());
  }

  @Test
  void whatLiesBackFurtherThanTheWindowIsForgotten() {
    assertNotNull(add(100, 100, Code.BAD_FORMAT));
    for (int i = 0; i < FailureRatios.WINDOW - 1; i++) {
      assertNotNull(add(1, 0, Code.BAD_FORMAT), "after " + i);
    }
    assertNull(add(1, 0, Code.BAD_FORMAT));
    assertEquals(List.of(), ratios.alarms());
  }

  @Test
  void aBlockLargerThanTheWindowIsJudgedAsAWhole() {
    assertNull(add(10_000, 500, Code.BAD_FORMAT));
    assertNotNull(add(10_000, 501, Code.BAD_FORMAT));
  }

  @Test
  void placesAreJudgedApartAndBeginAnewWithOtherConfigs() {
    assertNotNull(add(51, 51, Code.BAD_FORMAT));
    assertNull(ratios.add(PLAY, "topic/0", block(50, 50, Code.BAD_FORMAT)));
    ratios.clear();
    assertEquals(List.of(), ratios.alarms());
    assertNull(add(50, 50, Code.BAD_FORMAT));
  }

  private @Nullable String add(int records, int refused, Code code) {
    return ratios.add(PLAY, "http", block(records, refused, code));
  }

  private static FailureRatios.Block block(int records, int refused, Code code) {
    FailureRatios.Block block = new FailureRatios.Block();
    block.read(records);
    for (int i = 0; i < refused; i++) {
      block.refused(code);
    }
    return block;
  }
}
