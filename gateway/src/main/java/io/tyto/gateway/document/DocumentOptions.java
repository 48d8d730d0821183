package io.tyto.gateway.document;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which documents are served, and where trusted ones lie.
///
/// @param policy of every caller; a caller's own can only be stricter
/// @param folder of an operator's files, which are only read; null for none
/// @param registered where documents are kept that are registered over HTTP; null keeps none
public record DocumentOptions(
    DocumentPolicy policy, @Nullable Path folder, @Nullable Path registered) {
  public static final DocumentOptions DEFAULT = new DocumentOptions(DocumentPolicy.ANY, null, null);
}
