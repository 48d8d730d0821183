/// What the schema says: how columns appear in the API, and the schema text of a collection.
///
/// The text is the schema: `shared.graphqls` beside this package holds the types of every API,
/// {@link io.tyto.graphqlschema.schema.CollectionSdl} writes those of one collection, and what a
/// client reads at `/schema.graphql` is what was parsed.
@NullMarked
package io.tyto.graphqlschema.schema;

import org.jspecify.annotations.NullMarked;
