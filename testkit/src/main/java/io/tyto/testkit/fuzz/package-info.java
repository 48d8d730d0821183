/// Bytes of strangers, in tests: a corpus of inputs that is kept beside the tests of each module,
/// and mutations of them, by a seed in every build and by Jazzer, which follows the code, where it
/// is asked for.
@org.jspecify.annotations.NullMarked
package io.tyto.testkit.fuzz;
