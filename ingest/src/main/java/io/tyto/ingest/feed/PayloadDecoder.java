package io.tyto.ingest.feed;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.TreeDecoder;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.registry.WireFormat;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.schema.TableSchema;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns the payloads of one collection's events into rows. Not thread-safe.
sealed interface PayloadDecoder {

  @Nullable Rejection decode(RawEvent event, byte[] payload, Row row);

  /// From the bytes themselves.
  final class OfJson implements PayloadDecoder {
    private final JsonDecoder decoder;

    OfJson(TableSchema schema, DecodeContext context) {
      decoder = JsonDecoder.ofRouted(schema, context);
    }

    @Override
    public @Nullable Rejection decode(RawEvent event, byte[] payload, Row row) {
      return decoder.decode(payload, start(payload), payload.length, row);
    }

    /// Where the JSON begins: behind the id of a registered schema, if there is one. No JSON begins
    /// with a zero byte.
    static int start(byte[] payload) {
      return payload.length > WireFormat.BYTES && payload[0] == 0 ? WireFormat.BYTES : 0;
    }
  }

  /// From the values that another decoder makes of them.
  final class OfTree implements PayloadDecoder {
    private final EventTree tree;
    private final TreeDecoder decoder;

    OfTree(EventTree tree, TableSchema schema, DecodeContext context) {
      this.tree = tree;
      decoder = new TreeDecoder(schema, context);
    }

    @Override
    public @Nullable Rejection decode(RawEvent event, byte[] payload, Row row) {
      DecodedEvent decoded = tree.of(event);
      if (decoded == null) {
        return Objects.requireNonNull(tree.fault());
      }
      try {
        return decoder.decode(decoded.values(), row);
      } catch (TytoException e) {
        throw e;
      } catch (RuntimeException | LinkageError | StackOverflowError e) {
        return EventTree.failed(e);
      }
    }
  }
}
