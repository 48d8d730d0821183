package io.tyto.store.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.SealedJson;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one backup consists of. It is written last, so a backup that has one is whole.
///
/// @param number from 1 in its folder
/// @param createdMillis when it was begun, in epoch milliseconds
/// @param hasSecret whether the data folder had a secret behind private fields, which is not in it
/// @param parts the partitions
/// @param items every file
public record BackupIndex(
    long number, long createdMillis, boolean hasSecret, List<Part> parts, List<Item> items) {
  private static final long FORMAT = 1;

  public BackupIndex {
    parts = List.copyOf(parts);
    items = List.copyOf(items);
  }

  /// How far the backup reaches in one partition.
  ///
  /// @param manifest number of its newest manifest
  /// @param sealedMillis when that was committed, in epoch milliseconds of the store's clock
  /// @param rows of all collections since the chain began
  /// @param logId of its own log; null where nothing of one was ever committed
  /// @param next first offset of that log that is not in the backup
  /// @param unsealed records that the log held from there on when the backup was made
  public record Part(
      int group,
      int generation,
      int partition,
      long manifest,
      long sealedMillis,
      long rows,
      @Nullable String logId,
      long next,
      long unsealed) {}

  /// @param path below the data folder, with `/` between names
  public record Item(String path, String sha256, long bytes) {}

  /// Records that the logs held and no segment: they are not in the backup.
  public long unsealed() {
    return parts.stream().mapToLong(Part::unsealed).sum();
  }

  public long bytes() {
    return items.stream().mapToLong(Item::bytes).sum();
  }

  byte[] encode() {
    return SealedJson.seal(json -> {
      json.writeNumberField("format", FORMAT);
      json.writeArrayFieldStart("requires");
      json.writeEndArray();
      json.writeNumberField("number", number);
      json.writeNumberField("created", createdMillis);
      json.writeBooleanField("hasSecret", hasSecret);
      json.writeArrayFieldStart("partitions");
      for (Part part : parts) {
        write(json, part);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("items");
      for (Item item : items) {
        json.writeStartObject();
        json.writeStringField("path", item.path());
        json.writeStringField("sha256", item.sha256());
        json.writeNumberField("bytes", item.bytes());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void write(JsonGenerator json, Part part) throws IOException {
    json.writeStartObject();
    json.writeNumberField("group", part.group());
    json.writeNumberField("generation", part.generation());
    json.writeNumberField("partition", part.partition());
    json.writeNumberField("manifest", part.manifest());
    json.writeNumberField("sealed", part.sealedMillis());
    json.writeNumberField("rows", part.rows());
    if (part.logId() != null) {
      json.writeStringField("log", part.logId());
    }
    json.writeNumberField("next", part.next());
    json.writeNumberField("unsealed", part.unsealed());
    json.writeEndObject();
  }

  static BackupIndex decode(String key, byte[] document) {
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, Set.of());
    List<Part> parts =
        json.objects("partitions").stream()
            .map(part ->
                new Part(
                    part.integer("group"),
                    part.integer("generation"),
                    part.integer("partition"),
                    part.number("manifest"),
                    part.number("sealed"),
                    part.number("rows"),
                    part.stringOrNull("log"),
                    part.number("next"),
                    part.number("unsealed")))
            .toList();
    List<Item> items =
        json.objects("items").stream()
            .map(item -> new Item(item.string("path"), item.string("sha256"), item.number("bytes")))
            .toList();
    return new BackupIndex(
        json.number("number"), json.number("created"), json.flag("hasSecret"), parts, items);
  }
}
