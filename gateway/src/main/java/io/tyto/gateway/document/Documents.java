package io.tyto.gateway.document;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a request asks for -> the text of a document that its caller may run. Thread-safe.
public final class Documents {
  private static final String PERSISTED = "persistedQuery";

  private final DocumentPolicy policy;
  private final TrustedDocuments trusted;
  private final RecentDocuments recent = new RecentDocuments();

  /// @param policy of every caller
  public Documents(DocumentPolicy policy, TrustedDocuments trusted) {
    this.policy = policy;
    this.trusted = trusted;
  }

  /// Whether a request names a document that it need not send.
  public static boolean isNamed(@Nullable String documentId, Map<String, ?> extensions) {
    return documentId != null || extensions.get(PERSISTED) != null;
  }

  /// DOCUMENT_NOT_TRUSTED where a caller may ask only what an operator has registered.
  ///
  /// @param ownPolicy the caller's
  public void requireUntrusted(DocumentPolicy ownPolicy) {
    if (policy.stricter(ownPolicy) == DocumentPolicy.TRUSTED_ONLY) {
      throw new TytoException(
          ErrorCode.DOCUMENT_NOT_TRUSTED,
          "these credentials may run trusted documents only: send one to /graphql");
    }
  }

  /// The text to run. BAD_USER_INPUT, PERSISTED_QUERY_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
  ///
  /// @param documentId `sha256:...` of a trusted document
  /// @param extensions of the request; `persistedQuery` names a document as Apollo's clients do
  /// @param ownPolicy the caller's
  public String text(
      @Nullable String query,
      @Nullable String documentId,
      Map<String, ?> extensions,
      DocumentPolicy ownPolicy) {
    DocumentPolicy strict = policy.stricter(ownPolicy);
    if (documentId != null) {
      return trusted(query, documentId);
    }
    DocumentId hash = persisted(extensions.get(PERSISTED));
    if (query == null) {
      if (hash == null) {
        throw wrong("the request has no `query`: expected the text of an operation");
      }
      return named(hash, strict);
    }
    if (hash != null && !hash.equals(DocumentId.of(query))) {
      throw wrong("provided sha does not match query: `persistedQuery.sha256Hash` is another's");
    }
    if (strict == DocumentPolicy.TRUSTED_ONLY && trusted.get(DocumentId.of(query)) == null) {
      throw notTrusted();
    }
    if (strict == DocumentPolicy.APQ && hash == null && trusted.get(DocumentId.of(query)) == null) {
      throw new TytoException(
          ErrorCode.DOCUMENT_NOT_TRUSTED,
          "documents are taken with their hash only: send extensions.persistedQuery"
              + " {version: 1, sha256Hash}, or the documentId of a trusted one");
    }
    if (hash != null && strict != DocumentPolicy.TRUSTED_ONLY) {
      recent.put(hash, query);
    }
    return query;
  }

  private String trusted(@Nullable String query, String documentId) {
    if (query != null) {
      throw wrong("the request has a `query` and a `documentId`: send one of them");
    }
    String text = trusted.get(DocumentId.parse(documentId));
    if (text == null) {
      throw new TytoException(
          ErrorCode.PERSISTED_QUERY_NOT_FOUND, "no trusted document has the id " + documentId);
    }
    return text;
  }

  private String named(DocumentId hash, DocumentPolicy strict) {
    String text = trusted.get(hash);
    if (text == null && strict == DocumentPolicy.TRUSTED_ONLY) {
      throw notTrusted();
    }
    text = text == null ? recent.get(hash) : text;
    if (text == null) {
      // Apollo's clients know it by these words, and then send the text.
      throw new TytoException(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound");
    }
    return text;
  }

  private static @Nullable DocumentId persisted(@Nullable Object extension) {
    if (extension == null) {
      return null;
    }
    boolean isKnown =
        extension instanceof Map<?, ?> map
            && map.get("version") instanceof Number version
            && version.intValue() == 1
            && map.get("sha256Hash") instanceof String;
    if (!isKnown) {
      throw wrong("expected extensions.persistedQuery {version: 1, sha256Hash: \"...\"}");
    }
    return new DocumentId(String.valueOf(((Map<?, ?>) extension).get("sha256Hash")));
  }

  private static TytoException notTrusted() {
    return new TytoException(
        ErrorCode.DOCUMENT_NOT_TRUSTED,
        "only trusted documents are run here: send the documentId of one, or ask the operator to"
            + " register this one");
  }

  private static TytoException wrong(String what) {
    return new TytoException(ErrorCode.BAD_USER_INPUT, what);
  }
}
