package io.tyto.store.maintenance;

import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.SealedJson;
import io.tyto.store.manifest.Contents;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.manifest.ManifestCodec;
import io.tyto.store.manifest.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Checks the chain of one partition, then everything its newest manifest refers to. Used once, by
/// one thread.
final class PartitionVerifier {
  private final Store store;
  private final SegmentCheck check;
  private final StoreVerifier.Tally tally;
  private final ManifestChain chain;

  private record Link(Manifest manifest, String sha256) {}

  PartitionVerifier(Store store, String prefix, SegmentCheck check, StoreVerifier.Tally tally) {
    this.store = store;
    this.check = check;
    this.tally = tally;
    this.chain = new ManifestChain(store, prefix, "verify");
  }

  /// Whether the chain has moved on meanwhile.
  boolean verify() {
    List<Long> versions = versions();
    if (versions.isEmpty()) {
      fault(chain.prefix(), "I1", "a manifest beside segments or pages", "none");
      return false;
    }
    Manifest newest = null;
    Link before = null;
    for (long version : versions) {
      Link link = readLink(version);
      if (link != null && before != null) {
        checkLink(before, link);
      }
      before = link;
      newest = link == null ? null : link.manifest();
    }
    try {
      checkGaps(versions);
    } catch (TytoException e) {
      tally.add(chain.prefix(), e);
    }
    if (newest != null) {
      verifyContents(newest);
    }
    return store.exists(key(versions.getLast() + 1));
  }

  private List<Long> versions() {
    try {
      return chain.versions();
    } catch (TytoException e) {
      tally.add(chain.prefix(), e);
      return List.of();
    }
  }

  private @Nullable Link readLink(long version) {
    String key = key(version);
    tally.progress.accept(key);
    tally.manifests++;
    try {
      Optional<byte[]> document = store.get(key);
      if (document.isEmpty()) {
        // Collected since it was listed.
        return null;
      }
      Manifest manifest = ManifestCodec.decode(key, document.get());
      if (manifest.version() != version) {
        fault(key, "I1", "version " + version, "version " + manifest.version());
      }
      if (!manifest.counts().isBalanced()) {
        fault(key, "I7", "read = rows + dead + duplicates + erased", manifest.counts().toString());
      }
      return new Link(manifest, SealedJson.sha256(document.get()));
    } catch (TytoException e) {
      tally.add(key, e);
      return null;
    }
  }

  private void checkLink(Link before, Link link) {
    Manifest manifest = link.manifest();
    if (before.manifest().version() + 1 != manifest.version()) {
      return;
    }
    String key = key(manifest.version());
    if (!manifest.previousSha256().equals(before.sha256())) {
      fault(key, "I2", "prevSha " + before.sha256(), "prevSha " + manifest.previousSha256());
    }
    long epoch = before.manifest().epoch();
    boolean isSameWriter = manifest.writerId().equals(before.manifest().writerId());
    if (manifest.epoch() < epoch || manifest.epoch() > epoch + 1) {
      fault(key, "I3", "epoch %d or %d".formatted(epoch, epoch + 1), "" + manifest.epoch());
    } else if (manifest.epoch() == epoch && !isSameWriter) {
      fault(
          key,
          "I3",
          "writer %s of epoch %d".formatted(before.manifest().writerId(), epoch),
          "writer " + manifest.writerId());
    }
    for (Map.Entry<String, Long> log : manifest.next().entrySet()) {
      Long earlier = before.manifest().next().get(log.getKey());
      if (earlier != null && earlier > log.getValue()) {
        fault(
            key,
            "I4",
            "next of log %s at least %d".formatted(log.getKey(), earlier),
            "" + log.getValue());
      }
    }
  }

  /// Collected manifests leave milestones, then one unbroken run up to the newest. A writer that
  /// slept through collection may have put a number again, long after what stands above the gap.
  private void checkGaps(List<Long> versions) {
    for (int i = 1; i < versions.size(); i++) {
      long below = versions.get(i - 1);
      long above = versions.get(i);
      if (above != below + 1
          && below % chain.milestone() != 0
          && store.modifiedMillis(key(below)) <= store.modifiedMillis(key(above))) {
        fault(
            key(below + 1),
            "I2",
            "a manifest between %d and %d".formatted(below, above),
            "no such file");
      }
    }
  }

  private void verifyContents(Manifest manifest) {
    String key = key(manifest.version());
    Contents contents;
    try {
      tally.pages += manifest.pages().size();
      contents = chain.contents(manifest);
    } catch (TytoException e) {
      tally.add(key, e);
      return;
    }
    Tiling.problems(contents)
        .forEach(problem -> fault(key, "I5", "offsets covered end to end", problem));
    checkCounts(key, manifest.counts(), contents);
    for (SegmentEntry segment : contents.segments()) {
      verifySegment(segment);
    }
  }

  /// Rows that retention took are no longer there to be counted.
  private void checkCounts(String key, Counts counts, Contents contents) {
    boolean isExpired = contents.holes().stream().anyMatch(h -> h.kind() == HoleKind.EXPIRED);
    checkCount(key, counts.rows(), rowsOf(contents, Kind.DATA), isExpired, "DATA");
    checkCount(key, counts.dead(), rowsOf(contents, Kind.DEAD), isExpired, "DEAD");
  }

  private void checkCount(String key, long counted, long rows, boolean isExpired, String kind) {
    if (isExpired ? rows > counted : rows != counted) {
      String bound = isExpired ? "at most " : "";
      fault(key, "I7", "%s%d rows in %s segments".formatted(bound, counted, kind), "" + rows);
    }
  }

  private static long rowsOf(Contents contents, Kind kind) {
    return contents.segments().stream()
        .filter(segment -> segment.kind() == kind)
        .mapToLong(SegmentEntry::rows)
        .sum();
  }

  private void verifySegment(SegmentEntry segment) {
    String key = chain.segmentKey(segment.file());
    tally.progress.accept(key);
    tally.segments++;
    tally.rows += segment.kind() == Kind.DATA ? segment.rows() : 0;
    try {
      if (!store.exists(key)) {
        fault(key, "I6", "a file of %d bytes".formatted(segment.bytes()), "no such file");
        return;
      }
      long bytes = store.size(key);
      tally.bytes += bytes;
      String sha256 = bytes == segment.bytes() ? store.sha256(key) : "";
      if (bytes != segment.bytes()) {
        fault(key, "I6", segment.bytes() + " bytes", bytes + " bytes");
      } else if (!sha256.equals(segment.sha256())) {
        fault(key, "I6", "sha256 " + segment.sha256(), "sha256 " + sha256);
      }
      // Looked into even so: blocks have checksums of their own that tell where the damage is.
      check.check(store.localFile(key), segment).forEach(tally::add);
    } catch (TytoException e) {
      tally.add(key, e);
    }
  }

  private String key(long version) {
    return StoreKeys.numbered(StoreKeys.manifests(chain.prefix()), version);
  }

  private void fault(String key, String invariant, String expected, String actual) {
    tally.add(new Fault(key, -1, invariant, expected, actual));
  }
}
