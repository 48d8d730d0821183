package io.tyto.ingest.partition;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.TableSchema;

/// How what is stored of a collection follows its privacy policies, which may have changed since.
/// Immutable and thread-safe.
public interface StoredPrivacy {
  /// Of a collection whose policies never changed.
  StoredPrivacy NONE =
      new StoredPrivacy() {
        @Override
        public int changedAt() {
          return 0;
        }

        @Override
        public RowSource current(RowSource rows, TableSchema schema) {
          return rows;
        }

        @Override
        public void bringOver(Row row, int version, TableSchema schema) {}

        @Override
        public DeadLetter treat(DeadLetter letter) {
          return letter;
        }
      };

  /// The config version of the last change, before which stored rows may hold values that are
  /// private now; 0 where there was none.
  int changedAt();

  /// The rows as the policies of a schema leave them; themselves where they are as new.
  RowSource current(RowSource rows, TableSchema schema);

  /// Brings a row that was encoded by an older version over.
  ///
  /// @param schema of the row as it is decoded
  void bringOver(Row row, int version, TableSchema schema);

  /// A dead letter as the newest policies leave it.
  DeadLetter treat(DeadLetter letter);
}
