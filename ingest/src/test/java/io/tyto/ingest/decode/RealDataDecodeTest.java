package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.CLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.TableSchema;
import io.tyto.testkit.data.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Real files against figures that were computed from them by other programs.
class RealDataDecodeTest {
  private final List<String> rejections = new ArrayList<>();
  private long rows;

  @Test
  void wikipediaEdits() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: wiki
            time: time
            fields:
              time: { type: timestamp }
              page: { type: string }
              cityName: { type: string }
              metroCode: { type: int }
              isRobot: { type: bool }
              added: { type: long }
            """);
    long[] sums = new long[5];
    read(
        schema,
        "data/wikiticker/wikiticker-2015-09-12-sampled.json.gz",
        row -> {
          sums[0] += row.longAt(5);
          sums[1] += row.isNull(3) ? 1 : 0;
          sums[2] += row.longAt(4);
          sums[3] += row.bytesAt(1).length;
          sums[4] = Math.max(sums[4], row.longAt(0));
        });
    assertEquals(39_244, rows);
    assertEquals(List.of(), rejections);
    assertEquals(9_385_573, sums[0]);
    assertEquals(38_817, sums[1]);
    assertEquals(15_420, sums[2]);
    assertEquals(923_662, sums[3]);
    assertEquals(1_442_102_399_200_000L, sums[4]);
  }

  @Test
  void githubEventsWithDeepPayloads() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: github
            time: created_at
            fields:
              id: { type: long }
              created_at: { type: timestamp }
              org_login: { type: string }
              commit_authors: { type: "string[]" }
              issue_labels: { type: "string[]" }
              pr_additions: { type: long }
              comment_body: { type: string }
              payload: { type: json }
            source:
              map:
                org_login: /org/login
                commit_authors: /payload/commits/*/author/name
                issue_labels: /payload/issue/labels/*/name
                pr_additions: /payload/pull_request/additions
                comment_body: /payload/comment/body
            """);
    long[] sums = new long[8];
    read(
        schema,
        "data/github2021/github-2021-07-21-few-hours.json.gz",
        row -> {
          sums[0] += row.longAt(0);
          sums[1] += row.isNull(2) ? 1 : 0;
          if (!row.isNull(3)) {
            sums[2] += row.listAt(3).length;
            sums[3]++;
          }
          sums[4] += row.isNull(4) ? 0 : row.listAt(4).length;
          sums[5] += row.isNull(5) ? 0 : row.longAt(5);
          sums[6] += row.isNull(6) ? 1 : 0;
          sums[7] += row.isNull(7) ? 0 : row.bytesAt(7).length;
        });
    assertEquals(800, rows);
    assertEquals(List.of(), rejections);
    assertEquals(13_796_171_010_615L, sums[0], "numbers in strings");
    assertEquals(574, sums[1], "absent keys");
    assertEquals(680, sums[2]);
    assertEquals(425, sums[3], "empty lists are lists");
    assertEquals(44, sums[4]);
    assertEquals(16_176, sums[5]);
    assertEquals(752, sums[6]);
  }

  @Test
  void flightsWithLists() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: airline
            time: FlightDate
            fields:
              FlightDate: { type: date }
              ArrDelay: { type: int }
              CancellationCode: { type: string }
              DivLongestGTimes: { type: "int[]" }
              RandomAirports: { type: "string[]" }
            """);
    long[] sums = new long[4];
    read(
        schema,
        "data/airline/airlineStats.json.gz",
        row -> {
          sums[0] += row.isNull(1) ? 0 : row.longAt(1);
          sums[1] += row.isNull(2) ? 1 : 0;
          for (Object value : row.listAt(3)) {
            sums[2] += value instanceof Long time ? time : 0;
          }
          sums[3] += row.listAt(4).length;
        });
    assertEquals(9_746, rows);
    assertEquals(List.of(), rejections);
    assertEquals(91_924, sums[0]);
    assertEquals(9_045, sums[1]);
    assertEquals(29_653, sums[2]);
    assertEquals(137_280, sums[3]);
  }

  @Test
  void earthquakesAsGeoJson() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: quake
            time: time
            fields:
              time: { type: "timestamp(ms)" }
              mag: { type: double }
              lon: { type: double }
              felt: { type: long }
              sources_text: { type: string }
              sources: { type: "string[]", derive: "split(substring(sources_text, 2, length(sources_text) - 2), ',')" }
            source:
              map:
                time: /properties/time
                mag: /properties/mag
                felt: /properties/felt
                lon: /geometry/coordinates/0
                sources_text: /properties/sources
              formats: { time: epoch_ms }
            """);
    long[] sums = new long[3];
    double[] lon = {0};
    read(
        schema,
        "data/earthquakes/earthquakes.json.gz",
        row -> {
          sums[0] += row.longAt(0);
          sums[1] += row.doubleAt(1) < 0 ? 1 : 0;
          sums[2] += row.isNull(3) ? 1 : 0;
          lon[0] += row.doubleAt(2);
        });
    assertEquals(1_707, rows);
    assertEquals(List.of(), rejections);
    assertEquals(2_590_660_358_845_828L, sums[0]);
    assertEquals(44, sums[1]);
    assertEquals(1_580, sums[2]);
    assertEquals(-192_238.45136410007, lon[0], 1e-6);
  }

  @Test
  void integersBeyondDoubles() throws IOException {
    TableSchema schema =
        DecodeFixture.fields("v: { type: long }", "w: { type: \"decimal(18,0)\" }");
    BigInteger[] sums = {BigInteger.ZERO, BigInteger.ZERO};
    read(
        schema,
        "data/bigints/bigints.json.gz",
        row -> {
          sums[0] = sums[0].add(BigInteger.valueOf(row.longAt(0)));
          sums[1] = sums[1].add(BigInteger.valueOf(row.longAt(1)));
        });
    assertEquals(5_000, rows);
    assertEquals(List.of(), rejections);
    assertEquals(new BigInteger("2966142991571301059362"), sums[0]);
    assertEquals(new BigInteger("69391334973326544200"), sums[1]);
  }

  @Test
  void threeMillionFlights() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: flight
            time: date
            fields:
              date: { type: timestamp }
              delay: { type: int }
              distance: { type: int }
              origin: { type: string }
              destination: { type: string }
            """);
    byte[] atlanta = DecodeFixture.utf8("ATL");
    long[] sums = new long[4];
    read(
        schema,
        "data/flights3m/flights-3m.csv.gz",
        row -> {
          sums[0] = Math.max(sums[0], row.longAt(0));
          sums[1] += row.longAt(1);
          sums[2] += row.longAt(2);
          sums[3] += Arrays.equals(row.bytesAt(3), atlanta) ? 1 : 0;
        });
    assertEquals(3_000_000, rows);
    assertEquals(List.of(), rejections);
    assertEquals(993_945_600_000_000L, sums[0]);
    assertEquals(20_003_603, sums[1]);
    assertEquals(2_194_861_208L, sums[2]);
    assertEquals(124_711, sums[3]);
  }

  @Test
  void anonymousNumbersAndEmptyStrings() throws IOException {
    TableSchema schema =
        DecodeFixture.fields("column1: { type: int }", "column11: { type: string }");
    long[] sums = new long[2];
    read(
        schema,
        "data/pinotsv/test_data-sv.json.gz",
        row -> {
          sums[0] += row.longAt(0);
          sums[1] += row.bytesAt(1).length == 0 ? 1 : 0;
        });
    assertEquals(30_000, rows);
    assertEquals(List.of(), rejections);
    assertEquals(32_317_185_437_847L, sums[0]);
    assertEquals(1_387, sums[1], "an empty string is a value");
  }

  @Test
  void moviesWithBlankNamesAndMixedTitles() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: movie
            time: release
            fields:
              title: { type: string }
              us_gross: { type: long }
              release: { type: date }
              rating: { type: "decimal(3,1)" }
            source:
              map:
                title: /Title
                us_gross: /US Gross
                release: /Release Date
                rating: /IMDB Rating
              formats: { release: MMM dd yyyy }
            """);
    long[] sums = new long[1];
    Set<String> titles = new HashSet<>();
    read(
        schema,
        "data/movies/movies.json.gz",
        row -> {
          sums[0] += row.isNull(1) ? 0 : row.longAt(1);
          titles.add(String.valueOf(DecodeFixture.value(schema, row, "title")));
        });
    // Years up to 2046 come from two digits; what is ahead of the clock is no event time.
    Set<String> codes = new HashSet<>(rejections.stream().map(r -> r.split(" ")[0]).toList());
    assertEquals(Set.of("TIME_OUT_OF_BOUNDS"), codes);
    assertEquals(3_201, rows + rejections.size());
    assertEquals(true, titles.containsAll(Set.of("1776", "300", "First Love, Last Rites")));
  }

  @Test
  void oneUnparsableLineOfThree() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: wiki
            time: timestamp
            fields:
              timestamp: { type: timestamp }
              channel: { type: string }
              deltaBucket: { type: double }
            """);
    List<String> channels = new ArrayList<>();
    read(
        schema,
        "data/dirty/wikipedia-sampled-unparsable.json",
        row -> channels.add(String.valueOf(DecodeFixture.value(schema, row, "channel"))));
    assertEquals(List.of("#sv.wikipedia", "#de.wikipedia"), channels);
    assertEquals(1, rejections.size());
    assertEquals("MALFORMED_JSON record 1 at 419", rejections.getFirst());
  }

  @Test
  void raggedTabsWithListsAndNoHeader() throws IOException {
    TableSchema schema =
        DecodeFixture.schema(
            """
            collection: druid
            time: ts
            fields:
              ts: { type: timestamp }
              market: { type: string }
              longNumericNull: { type: long }
              placementish: { type: "string[]" }
              index: { type: double }
              partialNull: { type: string }
            source:
              file:
                format: tsv
                columns: [ts, market, quality, qualityLong, qualityFloat, qualityDouble,
                          qualityNumericString, longNumericNull, floatNumericNull,
                          doubleNumericNull, placement, placementish, index, partialNull]
                listSeparator: "\\u0001"
            """);
    long[] sums = new long[4];
    double[] bounds = {Double.MAX_VALUE, 0};
    read(
        schema,
        "data/druidsample/druid.sample.numeric.tsv",
        row -> {
          sums[0] += row.isNull(2) ? 1 : 0;
          sums[1] += row.listAt(3).length;
          sums[2] += row.isNull(5) ? 0 : 1;
          bounds[0] = Math.min(bounds[0], row.doubleAt(4));
          bounds[1] = Math.max(bounds[1], row.doubleAt(4));
        });
    assertEquals(1_209, rows);
    assertEquals(List.of(), rejections);
    assertEquals(279, sums[0]);
    assertEquals(2 * 1_209, sums[1]);
    assertEquals(186, sums[2]);
    assertEquals(59.021022, bounds[0]);
    assertEquals(1870.061029, bounds[1]);
  }

  @Test
  void sensorsWithHeaderAndLongFractions() throws IOException {
    TableSchema schema =
        DecodeFixture.fields(
            "category: { type: string }",
            "series: { type: string }",
            "timestamp: { type: timestamp }",
            "value: { type: double }");
    long[] sums = new long[1];
    double[] max = {0};
    read(
        schema,
        "data/nab/nab_real.csv.gz",
        row -> {
          sums[0] = Math.max(sums[0], row.longAt(2));
          max[0] = Math.max(max[0], row.doubleAt(3));
        });
    assertEquals(321_206, rows);
    assertEquals(List.of(), rejections);
    assertEquals(1_442_509_800_000_000L, sums[0]);
    assertEquals(863_964_000.0, max[0]);
  }

  private void read(TableSchema schema, String file, Consumer<Row> each) throws IOException {
    Path path = SharedData.file(file);
    Row row = new Row(schema.columns().size());
    RowCodec codec = new RowCodec(schema);
    Row copy = new Row(schema.columns().size());
    try (InputStream content = Files.newInputStream(path);
        RecordReader reader =
            RecordReader.open(content, path.toString(), schema.config().source().file())) {
      RecordDecoder decoder = reader.decoder(schema, DecodeContext.of(CLOCK));
      for (RawRecord record = reader.next(); record != null; record = reader.next()) {
        assertNull(record.fault());
        Rejection rejection = decoder.decode(record.data(), record.from(), record.to(), row);
        if (rejection != null) {
          rejections.add(
              "%s record %d at %d"
                  .formatted(rejection.code(), record.number(), record.byteOffset()));
          continue;
        }
        // Through the form of the log, as real rows go.
        codec.encode(row);
        codec.decode(codec.bytes(), 0, codec.length(), copy);
        each.accept(copy);
        rows++;
      }
    }
  }
}
