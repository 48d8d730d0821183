package io.tyto.store.manifest;

import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.PageEntry;
import io.tyto.store.manifest.Manifest.Rejoin;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The next manifest in the making: applies one {@link Change} to the manifest before, checks the
/// invariants, and moves what has become too much into pages. Used once, by one thread.
final class ManifestDraft {
  /// A manifest longer than this, its list of pages apart, sheds entries, so that it stays below
  /// 100 KB.
  private static final int MAX_BYTES = 80 << 10;

  private static final int MAX_LOGS = 64;
  private static final int MAX_PAGE_ENTRIES = 4096;
  private static final int MAX_PAGES = 64;

  private final Manifest base;
  private final Pages pages;
  private final Change change;
  private final List<SegmentEntry> segments;
  private final List<Hole> holes;
  private final Map<String, Long> next;
  private final Map<String, Long> dedupFrom;
  private final List<PageDraft> pageDrafts = new ArrayList<>();
  private boolean isPlaced;

  /// A page of the next manifest: one that stands, or contents that are yet to be written.
  private record PageDraft(@Nullable PageEntry stored, Contents contents) {}

  ManifestDraft(Manifest base, Pages pages, Change change) {
    this.base = base;
    this.pages = pages;
    this.change = change;
    this.segments = new ArrayList<>(base.segments());
    this.holes = new ArrayList<>(base.holes());
    this.next = new LinkedHashMap<>(base.next());
    this.dedupFrom = new LinkedHashMap<>(base.dedupFrom());
    for (PageEntry page : base.pages()) {
      pageDrafts.add(new PageDraft(page, pages.read(page)));
    }
  }

  /// The manifest to commit; its new pages are in the store. IllegalArgumentException where the
  /// change would break an invariant, before anything is written.
  Manifest build(String baseSha256, String commitId) {
    checkChange();
    advance();
    replace();
    change.holes().forEach(this::addHole);
    require(Tiling.problems(contents()));
    mergePages();
    shed(baseSha256, commitId);
    List<PageEntry> written = new ArrayList<>();
    for (PageDraft page : pageDrafts) {
      written.add(page.stored() == null ? pages.write(page.contents()) : page.stored());
    }
    return manifest(baseSha256, commitId, written);
  }

  private void checkChange() {
    List<String> problems = new ArrayList<>();
    Contents before = contents();
    new TreeMap<>(change.advance())
        .forEach((logId, range) -> {
          Long stands = before.next().get(logId);
          if (range.from() < 0 || range.next() < range.from()) {
            problems.add("log %s cannot advance by %s".formatted(logId, range));
          } else if (stands != null && stands != range.from()) {
            problems.add(
                "log %s advances from offset %d, but the manifest stands at %d"
                    .formatted(logId, range.from(), stands));
          }
        });
    if (!change.counts().isBalanced()) {
      problems.add("records read are not rows + dead + duplicates + erased: " + change.counts());
    }
    Set<String> files = new HashSet<>();
    before.segments().forEach(segment -> files.add(segment.file()));
    for (String file : new TreeSet<>(change.removed())) {
      if (!files.remove(file)) {
        problems.add("segment %s is to be removed but is not there".formatted(file));
      }
    }
    for (SegmentEntry segment : change.added()) {
      if (!files.add(segment.file())) {
        problems.add("segment %s is there already".formatted(segment.file()));
      }
    }
    require(problems);
  }

  private void require(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "The change of manifest %d is refused: %s"
              .formatted(base.version(), String.join("; ", problems)));
    }
  }

  private void advance() {
    new TreeMap<>(change.advance())
        .forEach((logId, range) -> Contents.putLast(next, logId, range.next()));
    new TreeMap<>(change.dedupFrom())
        .forEach((logId, from) -> Contents.putLast(dedupFrom, logId, from));
  }

  /// Takes segments away and puts the added ones in the place of the first of them, so that the
  /// order of segments stays the order of their offsets.
  private void replace() {
    if (!change.removed().isEmpty()) {
      for (int i = 0; i < pageDrafts.size(); i++) {
        pageDrafts.set(i, replaced(pageDrafts.get(i)));
      }
      List<SegmentEntry> kept = replaced(segments);
      segments.clear();
      segments.addAll(kept);
      holes.removeIf(this::isAbsorbed);
    }
    if (!isPlaced) {
      segments.addAll(change.added());
    }
  }

  private PageDraft replaced(PageDraft draft) {
    Contents page = draft.contents();
    List<SegmentEntry> kept = replaced(page.segments());
    List<Hole> keptHoles = page.holes().stream().filter(hole -> !isAbsorbed(hole)).toList();
    return kept.equals(page.segments()) && keptHoles.size() == page.holes().size()
        ? draft
        : new PageDraft(null, new Contents(kept, keptHoles, page.next(), page.dedupFrom()));
  }

  private List<SegmentEntry> replaced(List<SegmentEntry> entries) {
    List<SegmentEntry> kept = new ArrayList<>();
    for (SegmentEntry entry : entries) {
      if (!change.removed().contains(entry.file())) {
        kept.add(entry);
      } else if (!isPlaced) {
        kept.addAll(change.added());
        isPlaced = true;
      }
    }
    return kept;
  }

  /// An EMPTY hole between segments that become one, or that expire, is part of what takes their
  /// place.
  private boolean isAbsorbed(Hole hole) {
    if (hole.kind() != HoleKind.EMPTY) {
      return false;
    }
    boolean isInSegment =
        change.added().stream()
            .filter(s -> s.kind() == Kind.DATA && s.collection() == hole.collection())
            .map(s -> s.ranges().get(hole.logId()))
            .anyMatch(r -> r != null && r.from() <= hole.from() && hole.next() <= r.next());
    return isInSegment
        || change.holes().stream()
            .anyMatch(h ->
                h.kind() == HoleKind.EXPIRED
                    && h.collection() == hole.collection()
                    && h.logId().equals(hole.logId())
                    && h.from() <= hole.from()
                    && hole.next() <= h.next());
  }

  private void addHole(Hole hole) {
    for (int i = 0; i < holes.size(); i++) {
      Hole other = holes.get(i);
      boolean isAlike =
          other.collection() == hole.collection()
              && other.logId().equals(hole.logId())
              && other.kind() == hole.kind()
              && Objects.equals(other.reason(), hole.reason());
      if (isAlike && (other.next() == hole.from() || hole.next() == other.from())) {
        holes.set(
            i,
            new Hole(
                hole.collection(),
                hole.logId(),
                Math.min(other.from(), hole.from()),
                Math.max(other.next(), hole.next()),
                hole.kind(),
                hole.reason()));
        return;
      }
    }
    holes.add(hole);
  }

  private Contents contents() {
    List<Contents> parts = new ArrayList<>();
    pageDrafts.forEach(page -> parts.add(page.contents()));
    parts.add(new Contents(segments, holes, next, dedupFrom));
    return Contents.merged(parts);
  }

  /// Joins neighbouring pages where one of them has to be written anyway, or where there are too
  /// many.
  private void mergePages() {
    boolean isTooMany = pageDrafts.size() > MAX_PAGES;
    List<PageDraft> merged = new ArrayList<>();
    for (PageDraft page : pageDrafts) {
      PageDraft last = merged.isEmpty() ? null : merged.getLast();
      if (page.contents().isEmpty()) {
        continue;
      }
      if (last != null
          && (isTooMany || page.stored() == null || last.stored() == null)
          && last.contents().entries() + page.contents().entries() <= MAX_PAGE_ENTRIES) {
        merged.set(
            merged.size() - 1,
            new PageDraft(null, Contents.merged(List.of(last.contents(), page.contents()))));
      } else {
        merged.add(page);
      }
    }
    pageDrafts.clear();
    pageDrafts.addAll(merged);
  }

  /// Moves the older half of what is too much into a new page, until the manifest is small enough.
  private void shed(String baseSha256, String commitId) {
    while (isTooMuch(baseSha256, commitId)) {
      Map<String, Long> oldNext = takeOlderHalf(next);
      Map<String, Long> oldDedupFrom = new LinkedHashMap<>(dedupFrom);
      oldDedupFrom.keySet().removeAll(next.keySet());
      dedupFrom.keySet().retainAll(next.keySet());
      pageDrafts.add(
          new PageDraft(
              null,
              new Contents(takeOlderHalf(segments), takeOlderHalf(holes), oldNext, oldDedupFrom)));
    }
  }

  private boolean isTooMuch(String baseSha256, String commitId) {
    if (segments.size() > Manifest.MAX_ENTRIES
        || holes.size() > Manifest.MAX_ENTRIES
        || Math.max(next.size(), dedupFrom.size()) > MAX_LOGS) {
      return true;
    }
    boolean canShed = segments.size() + holes.size() > 0 || next.size() > 1;
    return canShed
        && ManifestCodec.encode(manifest(baseSha256, commitId, List.of())).length > MAX_BYTES;
  }

  private static <T> List<T> takeOlderHalf(List<T> entries) {
    List<T> older = entries.subList(0, (entries.size() + 1) / 2);
    List<T> taken = List.copyOf(older);
    older.clear();
    return taken;
  }

  private static Map<String, Long> takeOlderHalf(Map<String, Long> offsets) {
    Map<String, Long> taken = new LinkedHashMap<>();
    for (String logId : List.copyOf(offsets.keySet()).subList(0, offsets.size() / 2)) {
      taken.put(logId, offsets.get(logId));
    }
    offsets.keySet().removeAll(taken.keySet());
    return taken;
  }

  private Manifest manifest(String baseSha256, String commitId, List<PageEntry> writtenPages) {
    Set<String> requires = new TreeSet<>(base.requires());
    requires.addAll(change.requires());
    Counts counts = base.counts().plus(change.counts());
    return new Manifest(
        requires,
        base.version() + 1,
        baseSha256,
        base.epoch(),
        base.writerId(),
        commitId,
        change.configVersion() == 0 ? base.configVersion() : change.configVersion(),
        next,
        List.copyOf(segments),
        writtenPages,
        List.copyOf(holes),
        dedupFrom,
        counts,
        rejoins());
  }

  private List<Rejoin> rejoins() {
    List<Rejoin> rejoins = new ArrayList<>();
    for (Rejoin rejoin : base.rejoins()) {
      Long done = change.rejoined().get(rejoin.collection());
      if (done == null || done < rejoin.version()) {
        rejoins.add(rejoin);
      }
    }
    new TreeMap<>(change.rejoin())
        .forEach((collection, from) -> {
          // It speaks of all rows up to this commit.
          Rejoin asked = new Rejoin(collection, from, base.version() + 1);
          List<Rejoin> before =
              rejoins.stream().filter(other -> other.collection() == collection).toList();
          if (before.size() < Manifest.MAX_REJOINS) {
            rejoins.add(asked);
          } else {
            rejoins.remove(before.getLast());
            rejoins.add(before.getLast().with(asked));
          }
        });
    return rejoins;
  }
}
