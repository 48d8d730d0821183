/// Raw rows: filter, order, the first few, materialised. Entry type: {@link
/// io.tyto.engine.record.RowScan}.
@NullMarked
package io.tyto.engine.record;

import org.jspecify.annotations.NullMarked;
