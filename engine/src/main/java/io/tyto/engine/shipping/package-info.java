/// Groups of a scan on their way from the node that scanned to the one that answers.
@NullMarked
package io.tyto.engine.shipping;

import org.jspecify.annotations.NullMarked;
