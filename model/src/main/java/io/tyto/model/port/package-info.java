/// The ports the gateway talks to; the server plugs in local or clustered implementations.
@NullMarked
package io.tyto.model.port;

import org.jspecify.annotations.NullMarked;
