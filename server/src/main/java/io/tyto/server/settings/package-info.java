/// The settings of a server: default, server file, environment, flag, in that order of precedence.
@NullMarked
package io.tyto.server.settings;

import org.jspecify.annotations.NullMarked;
