package io.tyto.ingest.decode;

import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.FileFormat.Format;
import io.tyto.model.schema.TableSchema;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Cuts a stream into records: NDJSON, JSON (an array, or values one after another), CSV or TSV;
/// gzip is recognised by its first bytes.
///
/// Memory is bounded by {@link DecodeLimits#MAX_RECORD_BYTES}. A record that cannot be cut out is
/// returned with a fault and reading goes on behind it. Failing I/O throws UncheckedIOException,
/// damaged gzip data BAD_USER_INPUT; what was read before stands.
///
/// Thread-safety: none. Lifetime: closing it closes the stream.
public final class RecordReader implements AutoCloseable {
  private final InputBuffer input;
  private final Framer framer;
  private final FileFormat fileFormat;
  private final Format format;
  private final char delimiter;
  private final List<String> columns;

  private RecordReader(InputBuffer input, String name, FileFormat fileFormat) {
    this.input = input;
    this.fileFormat = fileFormat;
    FormatDetection detection = new FormatDetection(input, name, fileFormat);
    format = detection.format();
    delimiter = detection.delimiter();
    framer =
        switch (format) {
          case NDJSON -> new LineFramer(input);
          case JSON -> new JsonFramer(input, detection.isArray());
          case CSV, TSV -> new CsvFramer(input, CsvDialect.of(delimiter, fileFormat.quote()));
          case AUTO -> throw new IllegalStateException("the format was not detected");
        };
    boolean isTable = format == Format.CSV || format == Format.TSV;
    columns = isTable && fileFormat.columns().isEmpty() ? readHeader(name) : fileFormat.columns();
  }

  /// Reads a file. BAD_USER_INPUT or UNSUPPORTED_MEDIA_TYPE where it cannot be read at all.
  ///
  /// @param name of the file, for detection by ending and for messages
  public static RecordReader open(InputStream content, String name, FileFormat format) {
    return new RecordReader(new InputBuffer(uncompressed(content, name), name), name, format);
  }

  /// Whether a body is one JSON array: then it is JSON as a whole or not at all, while a bad line
  /// says nothing of the others.
  public static boolean isArray(byte[] body) {
    for (byte b : body) {
      if (b > ' ') {
        return b == '[';
      }
    }
    return false;
  }

  /// Reads a request body of JSON: an array, one event, or one event a line.
  public static RecordReader ofBody(byte[] body) {
    FileFormat json = new FileFormat(Format.JSON, null, '"', List.of(), List.of(), true, null);
    return new RecordReader(new InputBuffer(body), "the body", json);
  }

  /// What the input is; never AUTO.
  public Format format() {
    return format;
  }

  /// Column names of a CSV or TSV, from its header or the config; of no meaning for JSON.
  public List<String> columns() {
    return columns;
  }

  /// The character between cells of a CSV or TSV, as given or detected.
  public char delimiter() {
    return delimiter;
  }

  /// The cells of a CSV or TSV record as text, for a look at data that has no schema yet.
  public List<String> cells(RawRecord record) {
    CsvCells cells = new CsvCells(CsvDialect.of(delimiter, fileFormat.quote()));
    cells.split(record.data(), record.from(), record.to());
    return cells.texts();
  }

  /// A new decoder for the records of this input; one for each thread. BAD_USER_INPUT where no
  /// column of the file is a field of the collection.
  public RecordDecoder decoder(TableSchema schema, DecodeContext context) {
    return switch (format) {
      case NDJSON, JSON -> new JsonDecoder(schema, context);
      case CSV, TSV -> new CsvDecoder(schema, columns, delimiter, fileFormat, context);
      case AUTO -> throw new IllegalStateException("the format was not detected");
    };
  }

  /// A new parser into these rows of the lines of this input, or null where its records do not suit
  /// one; one for each thread. Those it leaves are for {@link #decoder}.
  public @Nullable LineParser lineParser(
      TableSchema schema, RowsBuilder rows, DecodeContext context) {
    return switch (format) {
      case NDJSON -> JsonLineParser.of(schema, rows, context);
      case CSV, TSV -> CsvLineParser.of(schema, rows, context, columns, delimiter, fileFormat);
      case JSON -> null;
      case AUTO -> throw new IllegalStateException("the format was not detected");
    };
  }

  /// About so many bytes of records that are lines, all at once, or null where the next record must
  /// be asked for by {@link #next}: it may be one that cannot be cut out, or the end.
  ///
  /// @param bytes at least a few thousand
  /// @param mostRecords in the block
  public @Nullable LineBlock nextLines(int bytes, int mostRecords) {
    return switch (framer) {
      case LineFramer lines -> lines.nextBlock(bytes, mostRecords);
      case CsvFramer lines -> lines.nextBlock(bytes, mostRecords);
      case JsonFramer _ -> null;
    };
  }

  /// Takes back the bytes of a block that nobody reads any more. Safe from any thread.
  public void takeBack(LineBlock block) {
    input.takeBack(block.data());
  }

  /// The next record, or null at the end.
  public @Nullable RawRecord next() {
    return framer.next();
  }

  @Override
  public void close() {
    input.close();
  }

  private List<String> readHeader(String name) {
    RawRecord header = framer.next();
    if (header == null) {
      return List.of();
    }
    framer.restartNumbers();
    if (header.fault() != null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, name + ": the header line: " + header.fault().message());
    }
    CsvCells cells = new CsvCells(CsvDialect.of(delimiter, fileFormat.quote()));
    cells.split(header.data(), header.from(), header.to());
    List<String> names = cells.texts();
    Set<String> seen = new HashSet<>();
    for (String column : names) {
      if (!column.isEmpty() && !seen.add(column)) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "%s: the header names the column '%s' twice; name the columns in source.file.columns"
                .formatted(name, column));
      }
    }
    return List.copyOf(names);
  }

  private static InputStream uncompressed(InputStream content, String name) {
    BufferedInputStream buffered = new BufferedInputStream(content, 1 << 16);
    try {
      buffered.mark(4);
      byte[] magic = buffered.readNBytes(4);
      buffered.reset();
      if (startsWith(magic, 0x1f, 0x8b)) {
        return new GZIPInputStream(buffered, 1 << 16);
      }
      String unknown =
          startsWith(magic, 'P', 'K', 3, 4)
              ? "a zip archive"
              : startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd)
                  ? "compressed with zstd"
                  : startsWith(magic, 'P', 'A', 'R', '1')
                      ? "Parquet"
                      : startsWith(magic, 0xff, 0xfe) || startsWith(magic, 0xfe, 0xff)
                          ? "text in UTF-16"
                          : null;
      if (unknown != null) {
        throw new TytoException(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
            "%s is %s; expected NDJSON, a JSON array, CSV or TSV in UTF-8, plain or as .gz"
                .formatted(name, unknown));
      }
      return buffered;
    } catch (EOFException | ZipException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, name + " begins like gzip but is damaged or cut off", e);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": " + e.getMessage(), e);
    }
  }

  private static boolean startsWith(byte[] data, int... bytes) {
    if (data.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (data[i] != (byte) bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
