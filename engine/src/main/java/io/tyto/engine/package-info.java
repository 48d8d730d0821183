/// The engine's public face: {@link io.tyto.engine.LocalQueryService} answers queries over
/// snapshots, {@link io.tyto.engine.EngineOptions} bounds what it may use.
///
/// Imports `plan` and the packages below it; nothing inside the engine imports this package.
@NullMarked
package io.tyto.engine;

import org.jspecify.annotations.NullMarked;
