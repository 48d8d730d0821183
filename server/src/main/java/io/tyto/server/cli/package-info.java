/// The commands of `tyto`. Only here (and in the demo) does anything print to the terminal.
@NullMarked
package io.tyto.server.cli;

import org.jspecify.annotations.NullMarked;
