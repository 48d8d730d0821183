/// Processes that answer over HTTP, and loads that ask them.
@NullMarked
package io.tyto.perf.http;

import org.jspecify.annotations.NullMarked;
