package io.tyto.ingest;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.partition.DeadLetters;
import io.tyto.ingest.partition.SnapshotSources;
import io.tyto.ingest.partition.StoredPrivacy;
import io.tyto.ingest.table.Tables;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Manifest.Kind;
import java.util.Set;

/// What queries read of collections: the rows of every partition as they are now. Thread-safe.
final class CollectionSnapshots {
  private final CollectionDirectory directory;
  private final Partitions partitions;
  private final Tables tables;

  CollectionSnapshots(CollectionDirectory directory, Partitions partitions, Tables tables) {
    this.directory = directory;
    this.partitions = partitions;
    this.tables = tables;
  }

  /// UNKNOWN_COLLECTION.
  TableSnapshot of(String collection) {
    return of(collection, Set.of());
  }

  /// With the newest rows of some partitions that others own. SHARDS_MISSING where their tails are
  /// not replicated here.
  TableSnapshot of(String collection, Set<Integer> tails) {
    TableSchema schema = directory.named(collection);
    return snapshot(schema, schema, Kind.DATA, tails);
  }

  /// Its dead letters as rows. UNKNOWN_COLLECTION.
  TableSnapshot deadLetters(String collection) {
    TableSchema schema = directory.named(collection);
    return snapshot(schema, DeadLetters.schemaFor(schema), Kind.DEAD, Set.of());
  }

  private TableSnapshot snapshot(
      TableSchema collection, TableSchema schema, Kind kind, Set<Integer> tails) {
    SnapshotSources sources = new SnapshotSources();
    try {
      partitions.addTo(sources, collection.groupId(), collection.collectionId(), kind, tails);
      // Asked again behind the rows: of a config applied meanwhile they may be newer than before.
      StoredPrivacy privacy = directory.privacy(collection.collectionId());
      if (kind == Kind.DEAD) {
        sources.treat(privacy);
        return sources.toSnapshot(schema);
      }
      TableSchema newest = directory.newest(collection.collectionId());
      sources.bringOver(privacy, newest);
      return sources.toSnapshot(sources.bindLookups(newest, tables::newest));
    } catch (RuntimeException | Error e) {
      sources.release();
      throw e;
    }
  }
}
