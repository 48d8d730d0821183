package io.tyto.store.manifest;

import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.SealedJson;
import io.tyto.store.manifest.Manifest.PageEntry;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/// Reads and writes the immutable pages of one partition; the last few read stay in memory.
/// Thread-safe.
final class Pages {
  private static final int CACHED = 128;

  private final Store store;
  private final String prefix;
  private final Map<String, Contents> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Entry<String, Contents> eldest) {
          return size() > CACHED;
        }
      };

  Pages(Store store, String prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  /// The contents of a manifest together with its pages, oldest page first.
  Contents all(Manifest manifest) {
    List<Contents> parts = new ArrayList<>();
    for (PageEntry page : manifest.pages()) {
      parts.add(read(page));
    }
    parts.add(Contents.of(manifest));
    return Contents.merged(parts);
  }

  Contents read(PageEntry page) {
    synchronized (cache) {
      Contents cached = cache.get(page.key());
      if (cached != null) {
        return cached;
      }
    }
    byte[] document =
        store
            .get(page.key())
            .orElseThrow(
                () -> JsonFields.corrupt(page.key(), "a page of the manifest", "no such file"));
    String actual = SealedJson.sha256OfBytes(document);
    if (!actual.equals(page.sha256())) {
      throw JsonFields.corrupt(page.key(), "sha256 " + page.sha256(), "sha256 " + actual);
    }
    Contents contents = ManifestCodec.decodePage(page.key(), document);
    remember(page.key(), contents);
    return contents;
  }

  /// Stores a page under the hash of its bytes, so that repeating it changes nothing.
  PageEntry write(Contents contents) {
    byte[] document = ManifestCodec.encodePage(contents);
    String sha256 = SealedJson.sha256OfBytes(document);
    String key = StoreKeys.page(prefix, sha256);
    if (store.putIfAbsent(key, document) == Store.Put.EXISTS) {
      store.renew(key, document);
    }
    remember(key, contents);
    return new PageEntry(
        key,
        sha256,
        contents.segments().size(),
        contents.holes().size(),
        contents.next().size(),
        contents.segments().stream().mapToLong(SegmentEntry::minTime).min().orElse(Long.MAX_VALUE),
        contents.segments().stream().mapToLong(SegmentEntry::maxTime).max().orElse(Long.MIN_VALUE));
  }

  private void remember(String key, Contents contents) {
    synchronized (cache) {
      cache.put(key, contents);
    }
  }
}
