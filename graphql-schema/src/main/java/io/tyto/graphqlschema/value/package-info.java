/// How values look in a result: the leaves that write themselves. Imports nothing.
@NullMarked
package io.tyto.graphqlschema.value;

import org.jspecify.annotations.NullMarked;
