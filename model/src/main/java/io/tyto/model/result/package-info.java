/// What a caller gets: columnar typed results and the meta data that says how they came about.
@NullMarked
package io.tyto.model.result;

import org.jspecify.annotations.NullMarked;
