package io.tyto.store;

import java.util.regex.Pattern;

/// Every key shape there is, by numeric ids of the catalog.
///
/// ```
/// <project>/catalog/<20-digit version>
/// <project>/tables/m/<20-digit version>                                  dimension tables
///                 /s/<table>-<version>-<16 hex>.tab
/// <project>/keys/<20-digit version>                                      API keys
/// <project>/secrets/cursors                                              signs cursors; in a bucket only
/// <project>/<group>/g<generation>/p<partition>/m/<20-digit version>       manifest
///                                             /s/<version>-<collection>-<16 hex>.seg
///                                             /pages/<sha256>
/// ```
///
/// Names of users never stand in a key. Versions are padded so that the order of keys is the order
/// of versions.
public final class StoreKeys {
  /// The project of whoever does not name one.
  public static final int DEFAULT_PROJECT = 1;

  /// The folder beside all keys, where files are on their way in.
  static final String SCRATCH = "tmp";

  private static final Pattern KEY =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");
  private static final int HASH_DIGITS = 16;

  private StoreKeys() {}

  /// Refuses what is no key of any store: IllegalArgumentException.
  public static void require(String key) {
    if (!KEY.matcher(key).matches() || key.startsWith(SCRATCH + "/") || key.equals(SCRATCH)) {
      throw new IllegalArgumentException(
          "not a store key: '%s'; expected ids of letters, digits, '.', '_' and '-' with '/' between"
              .formatted(key));
    }
  }

  /// Folder of a project's catalog log.
  public static String catalog(int project) {
    return project + "/catalog";
  }

  /// Folder of a project's log of API keys.
  public static String keys(int project) {
    return project + "/keys";
  }

  /// The secret that signs cursors, where processes have no folder in common.
  public static String cursorSecret(int project) {
    return project + "/secrets/cursors";
  }

  /// Folder of a project's log of dimension tables.
  public static String tables(int project) {
    return project + "/tables/m";
  }

  /// Folder of the versions of a project's dimension tables.
  public static String tableFiles(int project) {
    return project + "/tables/s";
  }

  /// One version of a dimension table.
  public static String tableFile(int project, int table, long version, String sha256) {
    return "%s/%d-%d-%s.tab"
        .formatted(tableFiles(project), table, version, sha256.substring(0, HASH_DIGITS));
  }

  /// Folder of one partition's manifest chain: the `prefix` of everything about it.
  public static String partition(int project, int group, int generation, int partition) {
    return "%d/%d/g%d/p%d".formatted(project, group, generation, partition);
  }

  /// Folder of a partition's manifests.
  public static String manifests(String partitionPrefix) {
    return partitionPrefix + "/m";
  }

  /// Folder of a partition's segments.
  public static String segments(String partitionPrefix) {
    return partitionPrefix + "/s";
  }

  public static String segment(String partitionPrefix, String file) {
    return segments(partitionPrefix) + "/" + file;
  }

  /// Folder of a partition's pages.
  public static String pages(String partitionPrefix) {
    return partitionPrefix + "/pages";
  }

  public static String page(String partitionPrefix, String sha256) {
    return pages(partitionPrefix) + "/" + sha256;
  }

  /// Key of a numbered object in a folder.
  public static String numbered(String folder, long version) {
    return "%s/%020d".formatted(folder, version);
  }

  /// Name of a segment file.
  ///
  /// @param manifestVersion the version it was built for; the one that commits it may be later
  public static String segmentFile(long manifestVersion, int collection, String sha256) {
    return manifestVersion + "-" + collection + "-" + sha256.substring(0, HASH_DIGITS) + ".seg";
  }
}
