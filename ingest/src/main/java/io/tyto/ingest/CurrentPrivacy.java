package io.tyto.ingest;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.letter.PrivateLetters;
import io.tyto.ingest.partition.DeadLetter;
import io.tyto.ingest.partition.StoredPrivacy;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.PolicyHistory;
import io.tyto.ingest.privacy.PrivatePayload;
import io.tyto.model.schema.TableSchema;

/// The policies of a collection as they stand, and how they came about.
final class CurrentPrivacy implements StoredPrivacy {
  private final PolicyHistory history;
  private final PrivateLetters letters;
  private final KeyFile keys;

  /// @param newest schema of the collection
  CurrentPrivacy(PolicyHistory history, TableSchema newest, KeyFile keys) {
    this.history = history;
    this.letters = new PrivateLetters(newest, new PrivatePayload(newest, keys));
    this.keys = keys;
  }

  @Override
  public int changedAt() {
    return history.changedAt();
  }

  @Override
  public RowSource current(RowSource rows, TableSchema schema) {
    return history.current(rows, schema, keys);
  }

  @Override
  public void bringOver(Row row, int version, TableSchema schema) {
    history.bringOver(row, version, schema, keys);
  }

  @Override
  public DeadLetter treat(DeadLetter letter) {
    return letters.treat(letter);
  }
}
