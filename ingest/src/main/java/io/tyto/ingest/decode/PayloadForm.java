package io.tyto.ingest.decode;

import java.util.List;

/// How the bytes of a record are to be read by whoever looks for single values in them.
public sealed interface PayloadForm {
  PayloadForm JSON = new Json();
  PayloadForm OPAQUE = new Opaque();

  /// One JSON text.
  record Json() implements PayloadForm {}

  /// One line of cells.
  ///
  /// @param columns names of the cells by position
  /// @param quote 0: none
  record Table(List<String> columns, char delimiter, char quote) implements PayloadForm {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /// Nothing is known of it, or nothing can be replaced in it.
  record Opaque() implements PayloadForm {}
}
