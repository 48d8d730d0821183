/// The store under faults: every I/O step of a commit crashes or fails in turn, two writers meet in
/// every order.
@NullMarked
package io.tyto.testkit.storage;

import org.jspecify.annotations.NullMarked;
