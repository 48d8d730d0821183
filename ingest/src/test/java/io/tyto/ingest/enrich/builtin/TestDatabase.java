package io.tyto.ingest.enrich.builtin;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes small databases in MaxMind's format: a binary tree of 24-bit records over IPv6, where
/// IPv4 lies at ::/96.
final class TestDatabase {
  private static final int ADDRESS_BITS = 128;
  private static final int SEPARATOR = 16;
  private static final int EMPTY = -1;

  /// Left and right of each node: a node, {@link #EMPTY}, or -2 - an offset into the data.
  private final List<int[]> nodes = new ArrayList<>();

  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  TestDatabase() {
    nodes.add(new int[] {EMPTY, EMPTY});
  }

  /// @param prefixLength of the address as written: to 32 for IPv4
  TestDatabase add(String address, int prefixLength, Map<String, Object> record) {
    byte[] raw = InetAddress.ofLiteral(address).getAddress();
    int skipped = ADDRESS_BITS - 8 * raw.length;
    int offset = data.size();
    write(data, record);
    int node = 0;
    for (int bit = 0; bit < skipped + prefixLength; bit++) {
      int at = bit - skipped;
      int side = at < 0 ? 0 : raw[at / 8] >> (7 - at % 8) & 1;
      if (bit == skipped + prefixLength - 1) {
        nodes.get(node)[side] = -2 - offset;
      } else {
        if (nodes.get(node)[side] < 0) {
          nodes.add(new int[] {EMPTY, EMPTY});
          nodes.get(node)[side] = nodes.size() - 1;
        }
        node = nodes.get(node)[side];
      }
    }
    return this;
  }

  byte[] toBytes(String type, long builtAtSecond) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (int[] node : nodes) {
      for (int target : node) {
        int record =
            target == EMPTY
                ? nodes.size()
                : target >= 0 ? target : nodes.size() + SEPARATOR + (-2 - target);
        file.write(record >> 16);
        file.write(record >> 8);
        file.write(record);
      }
    }
    file.writeBytes(new byte[SEPARATOR]);
    file.writeBytes(data.toByteArray());
    file.writeBytes(new byte[] {(byte) 0xab, (byte) 0xcd, (byte) 0xef});
    file.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
    Map<String, Object> metadata = new TreeMap<>();
    metadata.put("binary_format_major_version", 2);
    metadata.put("binary_format_minor_version", 0);
    metadata.put("build_epoch", builtAtSecond);
    metadata.put("database_type", type);
    metadata.put("description", Map.of("en", "a test"));
    metadata.put("ip_version", 6);
    metadata.put("languages", List.of("en"));
    metadata.put("node_count", (long) nodes.size());
    metadata.put("record_size", 24);
    write(file, metadata);
    return file.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        control(out, 7, map.size());
        map.forEach((key, entry) -> {
          write(out, key);
          write(out, entry);
        });
      }
      case List<?> list -> {
        control(out, 11, list.size());
        list.forEach(element -> write(out, element));
      }
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        control(out, 2, bytes.length);
        out.writeBytes(bytes);
      }
      case Double real -> {
        control(out, 3, 8);
        number(out, Double.doubleToLongBits(real), 8);
      }
      case Integer small -> {
        control(out, 5, 2);
        number(out, small, 2);
      }
      case Long large -> {
        control(out, 9, 8);
        number(out, large, 8);
      }
      default -> throw new IllegalArgumentException(value.toString());
    }
  }

  private static void control(ByteArrayOutputStream out, int type, int size) {
    int inByte = Math.min(size, 29);
    if (type <= 7) {
      out.write(type << 5 | inByte);
    } else {
      out.write(inByte);
      out.write(type - 7);
    }
    if (size >= 29) {
      out.write(size - 29);
    }
  }

  private static void number(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) {
      out.write((int) (value >> (8 * i)));
    }
  }
}
