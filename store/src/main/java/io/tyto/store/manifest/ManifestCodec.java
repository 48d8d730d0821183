package io.tyto.store.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.SealedJson;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.PageEntry;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.Rejoin;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.Manifest.ViewPart;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Manifests and pages as bytes; docs/formats/manifest.md is the specification. Equal values give
/// equal bytes. Thread-safe: no state.
public final class ManifestCodec {
  static final int FORMAT = 1;

  /// What this program can read; a manifest that requires more is refused.
  static final Set<String> FEATURES = Set.of(Manifest.LIFETIME, Manifest.VIEWS, Manifest.REJOIN);

  private ManifestCodec() {}

  public static byte[] encode(Manifest manifest) {
    return SealedJson.seal(json -> {
      writeHead(json, manifest.requires());
      json.writeNumberField("v", manifest.version());
      json.writeStringField("prevSha", manifest.previousSha256());
      json.writeNumberField("epoch", manifest.epoch());
      json.writeStringField("writerId", manifest.writerId());
      json.writeStringField("commitId", manifest.commitId());
      json.writeNumberField("configV", manifest.configVersion());
      writeOffsets(json, "next", manifest.next());
      writeSegments(json, manifest.segments());
      writePages(json, manifest.pages());
      writeHoles(json, manifest.holes());
      writeOffsets(json, "dedupFrom", manifest.dedupFrom());
      writeCounts(json, manifest.counts());
      writeRejoins(json, manifest.rejoins());
    });
  }

  /// MANIFEST_CORRUPT for damaged bytes, STORE_UNSUITABLE where a newer program is needed.
  ///
  /// @param key names the document in errors
  public static Manifest decode(String key, byte[] document) {
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, FEATURES);
    return new Manifest(
        new TreeSet<>(json.strings("requires")),
        json.number("v"),
        json.string("prevSha"),
        json.number("epoch"),
        json.string("writerId"),
        json.string("commitId"),
        json.number("configV"),
        offsets(json.object("next")),
        json.objects("segments").stream().map(ManifestCodec::segment).toList(),
        json.objects("pages").stream().map(ManifestCodec::page).toList(),
        json.objects("holes").stream().map(ManifestCodec::hole).toList(),
        offsets(json.object("dedupFrom")),
        counts(json.object("counts")),
        json.has("rejoins")
            ? json.objects("rejoins").stream().map(ManifestCodec::rejoin).toList()
            : List.of());
  }

  static byte[] encodePage(Contents page) {
    return SealedJson.seal(json -> {
      writeHead(json, Set.of());
      writeSegments(json, page.segments());
      writeHoles(json, page.holes());
      writeOffsets(json, "next", page.next());
      writeOffsets(json, "dedupFrom", page.dedupFrom());
    });
  }

  static Contents decodePage(String key, byte[] document) {
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, FEATURES);
    return new Contents(
        json.objects("segments").stream().map(ManifestCodec::segment).toList(),
        json.objects("holes").stream().map(ManifestCodec::hole).toList(),
        offsets(json.object("next")),
        offsets(json.object("dedupFrom")));
  }

  private static void writeHead(JsonGenerator json, Set<String> requires) throws IOException {
    json.writeNumberField("format", FORMAT);
    json.writeArrayFieldStart("requires");
    for (String feature : new TreeSet<>(requires)) {
      json.writeString(feature);
    }
    json.writeEndArray();
  }

  /// In the order of the map: the log that moved last stands last.
  private static void writeOffsets(JsonGenerator json, String name, Map<String, Long> offsets)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> entry : offsets.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static Map<String, Long> offsets(JsonFields json) {
    Map<String, Long> offsets = new LinkedHashMap<>();
    for (String logId : json.names()) {
      offsets.put(logId, json.number(logId));
    }
    return offsets;
  }

  private static void writeSegments(JsonGenerator json, List<SegmentEntry> segments)
      throws IOException {
    json.writeArrayFieldStart("segments");
    for (SegmentEntry segment : segments) {
      json.writeStartObject();
      json.writeStringField("id", segment.file());
      json.writeNumberField("collection", segment.collection());
      json.writeStringField("kind", segment.kind().name());
      writeRanges(json, segment.ranges());
      json.writeNumberField("rows", segment.rows());
      json.writeNumberField("minT", segment.minTime());
      json.writeNumberField("maxT", segment.maxTime());
      json.writeNumberField("bytes", segment.bytes());
      json.writeStringField("sha256", segment.sha256());
      json.writeNumberField("schemaV", segment.schemaVersion());
      json.writeNumberField("erasureV", segment.erasureVersion());
      if (segment.sortedBy() != null) {
        json.writeStringField("sortedBy", segment.sortedBy());
      }
      if (segment.deletes() != null) {
        json.writeStringField("deletes", segment.deletes());
      }
      if (segment.view() != null) {
        json.writeStringField("view", segment.view().id());
        if (segment.view().isBuilding()) {
          json.writeBooleanField("building", true);
        }
        if (segment.view().expired() > 0) {
          json.writeNumberField("expired", segment.view().expired());
        }
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeRanges(JsonGenerator json, Map<String, Range> ranges)
      throws IOException {
    json.writeObjectFieldStart("ranges");
    for (Map.Entry<String, Range> entry : new TreeMap<>(ranges).entrySet()) {
      json.writeArrayFieldStart(entry.getKey());
      json.writeNumber(entry.getValue().from());
      json.writeNumber(entry.getValue().next());
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static SegmentEntry segment(JsonFields json) {
    JsonFields ranges = json.object("ranges");
    Map<String, Range> byLog = new TreeMap<>();
    for (String logId : ranges.names()) {
      List<Long> bounds = ranges.numbers(logId);
      if (bounds.size() != 2) {
        throw JsonFields.corrupt("ranges/" + logId, "[from, next]", bounds.toString());
      }
      byLog.put(logId, new Range(bounds.get(0), bounds.get(1)));
    }
    return new SegmentEntry(
        json.string("id"),
        json.integer("collection"),
        json.constant("kind", Kind.class),
        byLog,
        json.number("rows"),
        json.number("minT"),
        json.number("maxT"),
        json.number("bytes"),
        json.string("sha256"),
        json.integer("schemaV"),
        json.integer("erasureV"),
        json.stringOrNull("sortedBy"),
        json.stringOrNull("deletes"),
        json.has("view")
            ? new ViewPart(
                json.string("view"),
                json.flag("building"),
                json.has("expired") ? json.number("expired") : 0)
            : null);
  }

  private static void writePages(JsonGenerator json, List<PageEntry> pages) throws IOException {
    json.writeArrayFieldStart("pages");
    for (PageEntry page : pages) {
      json.writeStartObject();
      json.writeStringField("key", page.key());
      json.writeStringField("sha256", page.sha256());
      json.writeNumberField("segments", page.segments());
      json.writeNumberField("holes", page.holes());
      json.writeNumberField("logs", page.logs());
      json.writeNumberField("minT", page.minTime());
      json.writeNumberField("maxT", page.maxTime());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static PageEntry page(JsonFields json) {
    return new PageEntry(
        json.string("key"),
        json.string("sha256"),
        json.integer("segments"),
        json.integer("holes"),
        json.integer("logs"),
        json.number("minT"),
        json.number("maxT"));
  }

  private static void writeHoles(JsonGenerator json, List<Hole> holes) throws IOException {
    json.writeArrayFieldStart("holes");
    for (Hole hole : holes) {
      json.writeStartObject();
      if (hole.collection() != 0) {
        json.writeNumberField("collection", hole.collection());
      }
      json.writeStringField("logId", hole.logId());
      json.writeNumberField("from", hole.from());
      json.writeNumberField("next", hole.next());
      json.writeStringField("kind", hole.kind().name());
      if (hole.reason() != null) {
        json.writeStringField("reason", hole.reason());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Hole hole(JsonFields json) {
    return new Hole(
        json.has("collection") ? json.integer("collection") : 0,
        json.string("logId"),
        json.number("from"),
        json.number("next"),
        json.constant("kind", HoleKind.class),
        json.stringOrNull("reason"));
  }

  private static void writeCounts(JsonGenerator json, Counts counts) throws IOException {
    json.writeObjectFieldStart("counts");
    json.writeNumberField("read", counts.read());
    json.writeNumberField("rows", counts.rows());
    json.writeNumberField("dead", counts.dead());
    json.writeNumberField("duplicates", counts.duplicates());
    json.writeNumberField("erased", counts.erased());
    json.writeEndObject();
  }

  private static Counts counts(JsonFields json) {
    return new Counts(
        json.number("read"),
        json.number("rows"),
        json.number("dead"),
        json.number("duplicates"),
        json.number("erased"));
  }

  /// Left out where there is nothing to say, so that manifests without joins stay as they were.
  private static void writeRejoins(JsonGenerator json, List<Rejoin> rejoins) throws IOException {
    if (rejoins.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("rejoins");
    for (Rejoin rejoin : rejoins) {
      json.writeStartObject();
      json.writeNumberField("collection", rejoin.collection());
      json.writeNumberField("fromT", rejoin.fromTime());
      json.writeNumberField("v", rejoin.version());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Rejoin rejoin(JsonFields json) {
    return new Rejoin(json.integer("collection"), json.number("fromT"), json.number("v"));
  }
}
