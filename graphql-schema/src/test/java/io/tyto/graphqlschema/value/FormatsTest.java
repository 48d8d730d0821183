package io.tyto.graphqlschema.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormatsTest {
  private static final int TIMES = 20_000;

  @Test
  void timesLookAsTheFormatterHasThem() {
    Random random = new Random(7);
    for (int i = 0; i < TIMES; i++) {
      ZoneOffset offset =
          switch (i % 4) {
            case 0 -> ZoneOffset.UTC;
            case 1 -> ZoneOffset.ofHours(random.nextInt(-18, 19));
            case 2 -> ZoneOffset.ofHoursMinutes(5, 45);
            default -> ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801));
          };
      // From the year -6,000 to 14,000, with and without a fraction.
      long second = random.nextLong(-250_000_000_000L, 380_000_000_000L);
      int nano = i % 3 == 0 ? random.nextInt(1_000_000_000) : 0;
      OffsetDateTime time = Instant.ofEpochSecond(second, nano).atOffset(offset);
      assertEquals(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time), Formats.time(time));
    }
  }
}
