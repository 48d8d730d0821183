package io.tyto.cluster.simulate;

/// Something that the fleet runs into when the load grows.
///
/// @param value what there is
/// @param bound what there can be
/// @param isBuilt whether it holds for Tyto as it is; false: once nodes keep copies of their own
/// @param remedy what is done about it
public record Limit(
    String what, double value, double bound, String unit, boolean isBuilt, String remedy) {
  /// 1 is reached.
  public double reached() {
    return value / bound;
  }
}
