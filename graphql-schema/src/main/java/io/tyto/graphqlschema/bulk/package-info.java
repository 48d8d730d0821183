/// Results of any length, for writers of other formats than GraphQL's: columns with their types,
/// and rows a part at a time. The entry is {@link io.tyto.graphqlschema.GraphQlApi#bulk}.
@NullMarked
package io.tyto.graphqlschema.bulk;

import org.jspecify.annotations.NullMarked;
