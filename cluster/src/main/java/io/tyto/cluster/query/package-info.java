/// Questions that several nodes answer: a snapshot is opened at each node that has a part of it,
/// each scans its own, and whoever was asked puts the groups together.
@NullMarked
package io.tyto.cluster.query;

import org.jspecify.annotations.NullMarked;
