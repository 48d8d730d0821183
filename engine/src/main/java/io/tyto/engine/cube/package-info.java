/// Rows rolled up: what cubes keep, and how cells are made of rows. Entry types: {@link
/// io.tyto.engine.cube.CubeBuilder}, {@link io.tyto.engine.cube.CubeShapes}. Imports group scans
/// and what they import.
@NullMarked
package io.tyto.engine.cube;

import org.jspecify.annotations.NullMarked;
