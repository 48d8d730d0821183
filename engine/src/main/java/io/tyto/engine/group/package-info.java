/// Group-by over row sources: rows that pass a filter, keyed and accumulated. Entry type: {@link
/// io.tyto.engine.group.GroupScan}.
@NullMarked
package io.tyto.engine.group;

import org.jspecify.annotations.NullMarked;
