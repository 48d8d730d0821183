package io.tyto.engine.shipping;

import io.tyto.engine.group.GroupScan;
import io.tyto.engine.shipping.ShippedGroups.Entities;

/// What every node that shares in a scan is asked.
///
/// @param spec as for all rows
/// @param entities how distinct entities are counted
public record ScanShare(GroupScan.Spec spec, Entities entities) {
  public ShippedGroups shipped() {
    return ShippedGroups.of(spec, entities);
  }
}
