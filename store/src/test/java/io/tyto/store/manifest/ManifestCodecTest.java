package io.tyto.store.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.PageEntry;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The golden files are of format 1 and never change: what was written once stays readable.
final class ManifestCodecTest {
  private static final String LOG = "3f0c5e0a-7a53-4c6e-9d0e-2a4b8c1d0e5f";
  private static final String FILE_LOG = "ab".repeat(32);

  private static final SegmentEntry SORTED =
      new SegmentEntry(
          "40-7-0123456789abcdef.seg",
          7,
          Kind.DATA,
          Map.of(FILE_LOG, new Range(0, 500), LOG, new Range(100, 250)),
          600,
          -62_135_596_800_000_000L,
          1_764_000_000_000_000L,
          123_456_789_012L,
          "cd".repeat(32),
          3,
          0,
          "ts",
          "41-7-deletes");
  private static final SegmentEntry STATE =
      new SegmentEntry(
          "42-0-fedcba9876543210.seg",
          0,
          Kind.STATE,
          Map.of(LOG, new Range(250, 260)),
          4,
          0,
          0,
          4_096,
          "ef".repeat(32),
          1,
          0,
          null,
          null);
  private static final List<Hole> HOLES =
      List.of(
          new Hole(0, LOG, 0, 40, HoleKind.GAP, "the topic had expired them"),
          new Hole(7, LOG, 40, 100, HoleKind.EXPIRED, null));

  static Manifest manifest() {
    Map<String, Long> next = new LinkedHashMap<>();
    next.put(FILE_LOG, 500L);
    next.put(LOG, 260L);
    return new Manifest(
        Set.of(),
        42,
        "01".repeat(32),
        5,
        "7f000001-0000-4000-8000-000000000001",
        "7f000001-0000-4000-8000-000000000002",
        9,
        next,
        List.of(SORTED, STATE),
        List.of(
            new PageEntry("1/2/g0/p3/pages/" + "0a".repeat(32), "0a".repeat(32), 128, 3, 1, -5, 5)),
        HOLES,
        Map.of(LOG, 60L),
        new Counts(760, 600, 10, 150, 0),
        List.of());
  }

  static Contents page() {
    return new Contents(List.of(SORTED, STATE), HOLES, Map.of(FILE_LOG, 500L), Map.of(LOG, 60L));
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream file = ManifestCodecTest.class.getResourceAsStream("/golden/" + name)) {
      return Objects.requireNonNull(file, name).readAllBytes();
    }
  }

  @Test
  void aManifestIsReadBackAsItWas() {
    byte[] document = ManifestCodec.encode(manifest());
    Manifest read = ManifestCodec.decode("key", document);
    assertEquals(manifest(), read);
    assertEquals(List.copyOf(manifest().next().keySet()), List.copyOf(read.next().keySet()));
    assertArrayEquals(document, ManifestCodec.encode(read));
  }

  @Test
  void theGoldenManifestStaysReadableAndIsWrittenTheSame() throws IOException {
    byte[] golden = golden("manifest-v1.json");
    assertEquals(manifest(), ManifestCodec.decode("manifest-v1.json", golden));
    assertArrayEquals(golden, ManifestCodec.encode(manifest()));
  }

  @Test
  void theGoldenPageStaysReadableAndIsWrittenTheSame() throws IOException {
    byte[] golden = golden("page-v1.json");
    assertEquals(page(), ManifestCodec.decodePage("page-v1.json", golden));
    assertArrayEquals(golden, ManifestCodec.encodePage(page()));
  }

  @Test
  void aFullManifestOfTypicalSegmentsStaysBelowOneHundredKilobytes() {
    Manifest one = manifest();
    SegmentEntry typical =
        new SegmentEntry(
            "1234567-12-0123456789abcdef.seg",
            12,
            Kind.DATA,
            Map.of(LOG, new Range(123_456_789, 123_556_789)),
            100_000,
            1_764_000_000_000_000L,
            1_764_000_060_000_000L,
            12_345_678,
            "cd".repeat(32),
            3,
            0,
            null,
            null);
    Manifest full =
        new Manifest(
            one.requires(),
            one.version(),
            one.previousSha256(),
            one.epoch(),
            one.writerId(),
            one.commitId(),
            one.configVersion(),
            one.next(),
            Collections.nCopies(Manifest.MAX_ENTRIES, typical),
            one.pages(),
            one.holes(),
            one.dedupFrom(),
            one.counts(),
            one.rejoins());
    int bytes = ManifestCodec.encode(full).length;
    assertTrue(bytes < 100_000, bytes + " bytes");
  }
}
