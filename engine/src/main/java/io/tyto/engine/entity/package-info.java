/// Entities: the hash that places a key in a partition, and the table that gives it a dense id
/// there.
///
/// Invariant: ids are dense from 1 in order of first sight, and never reused; 0 stands for the null
/// key.
@NullMarked
package io.tyto.engine.entity;

import org.jspecify.annotations.NullMarked;
