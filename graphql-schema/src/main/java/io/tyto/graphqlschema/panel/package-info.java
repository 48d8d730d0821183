/// Panels: one question of an operation each, compiled from its field and run as a whole.
///
/// Compiling a field yields both the question to the engine and the shape of the answer, so that
/// nothing of the request is looked at again for each row: a cell of the answer is one call of a
/// {@link io.tyto.graphqlschema.panel.Cell} that knows its column by position. A panel's answer is
/// finished data (maps, lists, numbers, texts) that graphql-java passes on as it is.
@NullMarked
package io.tyto.graphqlschema.panel;

import org.jspecify.annotations.NullMarked;
