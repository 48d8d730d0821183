/// Views: cells of a cube outside of the segments, and the collection that their finished rows are.
@NullMarked
package io.tyto.engine.view;

import org.jspecify.annotations.NullMarked;
