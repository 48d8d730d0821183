/// `tyto demo`: a month of generated game events through the real ingest path, and telling queries.
@NullMarked
package io.tyto.server.demo;

import org.jspecify.annotations.NullMarked;
