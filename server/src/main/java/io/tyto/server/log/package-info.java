/// How the server's own messages are written: for people, or one JSON object a line.
@NullMarked
package io.tyto.server.log;

import org.jspecify.annotations.NullMarked;
