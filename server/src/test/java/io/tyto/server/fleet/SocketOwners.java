package io.tyto.server.fleet;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Which process of a fleet has connected, as Linux tells it below /proc. Thread-safe.
final class SocketOwners {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int INODE = 9;
  private static final int HEX = 16;

  private final Supplier<Map<String, Long>> processes;

  /// @param processes by name, their numbers
  SocketOwners(Supplier<Map<String, Long>> processes) {
    this.processes = processes;
  }

  /// Whether the machine tells.
  static boolean areKnown() {
    return Files.isReadable(TABLES.getFirst());
  }

  /// The name of who is at the other end of a connection that was just accepted; empty where it is
  /// nobody of the fleet, or has gone.
  String of(Socket accepted) {
    try {
      String inode = inode(accepted.getPort(), accepted.getLocalPort());
      for (Map.Entry<String, Long> process : processes.get().entrySet()) {
        if (!inode.isEmpty() && has(process.getValue(), "socket:[" + inode + "]")) {
          return process.getKey();
        }
      }
    } catch (IOException _) {
      // It has ended meanwhile.
    }
    return "";
  }

  private static String inode(int port, int to) throws IOException {
    for (Path table : TABLES) {
      if (Files.isReadable(table)) {
        for (String line : Files.readAllLines(table)) {
          String[] words = line.strip().split("\\s+");
          if (port(words[LOCAL]) == port && port(words[REMOTE]) == to) {
            return words[INODE];
          }
        }
      }
    }
    return "";
  }

  /// Of an address such as `0100007F:1F90`; -1 of the heading.
  private static int port(String address) {
    int colon = address.indexOf(':');
    return colon < 0 ? -1 : Integer.parseInt(address.substring(colon + 1), HEX);
  }

  private static boolean has(long process, String socket) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + process + "/fd"))) {
      return files.anyMatch(file -> {
        try {
          return Files.readSymbolicLink(file).toString().equals(socket);
        } catch (IOException _) {
          return false; // closed meanwhile
        }
      });
    }
  }
}
