/// Results of any length over HTTP, streamed or kept on disk to be fetched later: formats,
/// back-pressure, and who may have which. The entry is {@link
/// io.tyto.gateway.export.ExportEndpoint}. Imports {@link io.tyto.gateway.http} and no other
/// endpoint; Arrow's generated types stay in here.
@NullMarked
package io.tyto.gateway.export;

import org.jspecify.annotations.NullMarked;
