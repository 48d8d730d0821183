package io.tyto.ingest.proposal;

import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.EventConfig.FileFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads a sample of a file and proposes a config for it. Thread-safe: no state.
public final class ConfigProposal {
  /// What is read of a file at most, before decompression.
  public static final int MAX_SAMPLE_BYTES = 4 << 20;

  public static final int MAX_RECORDS = 10_000;

  private static final FileFormat NO_HEADER =
      new FileFormat(FileFormat.Format.AUTO, null, '"', List.of("1"), List.of(), true, null);

  private ConfigProposal() {}

  /// The text of a commented config that loads as it is; BAD_USER_INPUT where the file holds no
  /// record.
  ///
  /// @param fileName for the name of the collection and the detection of the format
  /// @param content NDJSON, a JSON array, CSV or TSV, also as .gz; only its beginning is read
  public static String propose(String fileName, InputStream content) {
    byte[] head;
    try {
      head = content.readNBytes(MAX_SAMPLE_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(fileName + ": " + e.getMessage(), e);
    }
    Sample sample = new Sample();
    FileFormat format = headerless(fileName, head);
    char delimiter;
    boolean isTable;
    try (RecordReader reader =
        RecordReader.open(new ByteArrayInputStream(head), fileName, format)) {
      isTable = isTable(reader);
      delimiter = reader.delimiter();
      read(reader, sample, head.length == MAX_SAMPLE_BYTES);
    }
    if (sample.records() == 0) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s: no record found; expected NDJSON, a JSON array of objects, CSV or TSV, plain or .gz"
              .formatted(fileName));
    }
    List<String> columns = isTable ? format.columns() : List.of();
    return new ProposalText(fileName, sample, isTable, delimiter, columns).text();
  }

  /// The default where the first line is a header; otherwise one with made-up column names.
  private static FileFormat headerless(String fileName, byte[] head) {
    try (RecordReader reader =
        RecordReader.open(new ByteArrayInputStream(head), fileName, NO_HEADER)) {
      RawRecord first = isTable(reader) ? reader.next() : null;
      if (first == null || first.fault() != null) {
        return FileFormat.DEFAULT;
      }
      List<String> cells = reader.cells(first);
      if (isHeader(cells)) {
        return FileFormat.DEFAULT;
      }
      int width = cells.size();
      for (int i = 0; i < MAX_RECORDS; i++) {
        RawRecord record = next(reader, true);
        if (record == null) {
          break;
        }
        width = record.fault() == null ? Math.max(width, reader.cells(record).size()) : width;
      }
      List<String> names = IntStream.rangeClosed(1, width).mapToObj(i -> "column" + i).toList();
      return new FileFormat(FileFormat.Format.AUTO, null, '"', names, List.of(), true, null);
    }
  }

  /// Names are there, differ, and are no numbers or times.
  private static boolean isHeader(List<String> cells) {
    Set<String> seen = new HashSet<>();
    for (String cell : cells) {
      TextForms forms = new TextForms();
      forms.add(cell);
      boolean isValue = forms.areNumbers() || forms.areTimes() || forms.areUuids();
      if (cell.isBlank() || isValue || !seen.add(cell)) {
        return false;
      }
    }
    return true;
  }

  private static void read(RecordReader reader, Sample sample, boolean isCut) {
    while (sample.records() + sample.malformed() < MAX_RECORDS) {
      RawRecord record = next(reader, isCut);
      if (record == null) {
        return;
      }
      if (record.fault() != null) {
        sample.addMalformed();
      } else if (isTable(reader)) {
        sample.addCells(reader.columns(), reader.cells(record));
      } else {
        sample.addJson(record.data(), record.from(), record.to() - record.from());
      }
    }
  }

  /// The next record, or null at the end, which in a cut file comes in the middle of something.
  private static @Nullable RawRecord next(RecordReader reader, boolean isCut) {
    try {
      return reader.next();
    } catch (UncheckedIOException | TytoException e) {
      if (isCut) {
        return null;
      }
      throw e;
    }
  }

  private static boolean isTable(RecordReader reader) {
    return switch (reader.format()) {
      case CSV, TSV -> true;
      case NDJSON, JSON, AUTO -> false;
    };
  }
}
