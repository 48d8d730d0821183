/// Documents that are named instead of sent: by their hash once they were sent (automatic persisted
/// queries), or because an operator trusts them. Imports nothing of the gateway.
@NullMarked
package io.tyto.gateway.document;

import org.jspecify.annotations.NullMarked;
