/// From coerced GraphQL arguments to the questions of `model.query`: filters, ranges, group keys,
/// measures, havings and orders.
///
/// Everything here is a pure function of the arguments, the collection and the instant called now.
/// What a client gets wrong is a `TytoException` that names the schema coordinate it is about.
@NullMarked
package io.tyto.graphqlschema.input;

import org.jspecify.annotations.NullMarked;
