/// Who is there, and who holds what: hints, which may cost a retry and never an answer.
@NullMarked
package io.tyto.cluster.member;

import org.jspecify.annotations.NullMarked;
