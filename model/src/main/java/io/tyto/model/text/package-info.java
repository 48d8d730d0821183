/// Words for people: what error messages of every module are made of.
@NullMarked
package io.tyto.model.text;

import org.jspecify.annotations.NullMarked;
