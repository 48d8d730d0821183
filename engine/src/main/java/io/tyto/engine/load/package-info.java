/// Rows of a file on their way into a segment: built column by column by a parser, cut by
/// partition, and readable like any other rows until they are sealed.
@NullMarked
package io.tyto.engine.load;

import org.jspecify.annotations.NullMarked;
