package io.tyto.ingest.partition;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what a snapshot consists of, partition by partition. Not thread-safe.
public final class SnapshotSources {
  private final List<RowSource> sources = new ArrayList<>();
  private final List<LiveSegment> held = new ArrayList<>();
  private final StringBuilder identity = new StringBuilder();

  /// Null: every partition is our own.
  private @Nullable Long ageMillis;

  void note(long manifestVersion) {
    identity.append("|m").append(manifestVersion);
  }

  /// Rows of a partition that is followed were committed so long ago.
  void noteAge(long millis) {
    ageMillis = ageMillis == null ? millis : Math.max(ageMillis, millis);
  }

  void add(LiveSegment segment) {
    held.add(segment);
    sources.add(segment.source());
  }

  void add(List<RowSource> tailRows) {
    long rows = 0;
    for (RowSource source : tailRows) {
      rows += source.rowCount();
    }
    identity.append("|t").append(rows);
    sources.addAll(tailRows);
  }

  /// Dead letters as the newest policies leave them.
  public void treat(StoredPrivacy privacy) {
    if (privacy.changedAt() > 0) {
      sources.replaceAll(letters -> new TreatedLetters(letters, privacy));
    }
  }

  /// Rows as the policies of a schema leave them.
  public void bringOver(StoredPrivacy privacy, TableSchema schema) {
    sources.replaceAll(rows -> privacy.current(rows, schema));
  }

  /// The snapshot, which lets go of the segments when it is closed for the last time.
  public TableSnapshot toSnapshot(TableSchema schema) {
    identity.append('|').append(schema.collectionId()).append('v').append(schema.version());
    long hash = KeyHash.of(identity.toString().getBytes(StandardCharsets.UTF_8));
    return new TableSnapshot(
        schema,
        HexFormat.of().toHexDigits(hash),
        EvolvedSource.allOf(sources, schema),
        new TableSnapshot.Facts(0, ageMillis),
        this::release);
  }

  /// Lets go of everything collected so far.
  public void release() {
    held.forEach(LiveSegment::release);
    held.clear();
  }
}
