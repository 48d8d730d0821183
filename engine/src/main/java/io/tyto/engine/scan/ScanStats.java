package io.tyto.engine.scan;

/// What a scan touched.
///
/// @param rowsScanned rows of the blocks that were read
/// @param bytesScanned bytes of the vectors that were read
/// @param sourcesPruned sources of which no block was read
public record ScanStats(
    long rowsScanned, long bytesScanned, int sourcesScanned, int sourcesPruned) {
  public static final ScanStats NONE = new ScanStats(0, 0, 0, 0);

  public ScanStats plus(ScanStats other) {
    return new ScanStats(
        rowsScanned + other.rowsScanned,
        bytesScanned + other.bytesScanned,
        sourcesScanned + other.sourcesScanned,
        sourcesPruned + other.sourcesPruned);
  }
}
