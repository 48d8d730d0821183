package io.tyto.gateway.document;

import io.tyto.graphqlschema.DocumentId;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Map;
import java.util.function.Function;
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

  /// DOCUMENT_NOT_TRUSTED where a caller may ask only what is registered or saved.
  ///
  /// @param ownPolicy the caller's
  public void requireUntrusted(DocumentPolicy ownPolicy) {
    if (!takesUntrusted(ownPolicy)) {
      throw new TytoException(
          ErrorCode.DOCUMENT_NOT_TRUSTED,
          "these credentials may run trusted documents only: send one to /graphql");
    }
  }

  /// Whether a caller may ask what nobody has registered or saved.
  ///
  /// @param ownPolicy the caller's
  public boolean takesUntrusted(DocumentPolicy ownPolicy) {
    return policy.stricter(ownPolicy) != DocumentPolicy.TRUSTED_ONLY;
  }

  /// The text to run. BAD_USER_INPUT, PERSISTED_QUERY_NOT_FOUND, DOCUMENT_NOT_TRUSTED.
  ///
  /// @param documentId `sha256:...` of a trusted document
  /// @param extensions of the request; `persistedQuery` names a document as Apollo's clients do
  /// @param ownPolicy the caller's
  /// @param saved documents that the caller's project trusts; may block
  public String text(
      @Nullable String query,
      @Nullable String documentId,
      Map<String, ?> extensions,
      DocumentPolicy ownPolicy,
      Function<DocumentId, @Nullable String> saved) {
    DocumentPolicy strict = policy.stricter(ownPolicy);
    Function<DocumentId, @Nullable String> known =
        id -> {
          String text = trusted.get(id);
          return text == null ? saved.apply(id) : text;
        };
    if (documentId != null) {
      return trusted(query, documentId, known);
    }
    DocumentId hash = persisted(extensions.get(PERSISTED));
    if (query == null) {
      if (hash == null) {
        throw wrong("the request has no `query`: expected the text of an operation");
      }
      return named(hash, strict, known);
    }
    if (hash != null && !hash.equals(DocumentId.of(query))) {
      throw wrong("provided sha does not match query: `persistedQuery.sha256Hash` is another's");
    }
    if (strict == DocumentPolicy.TRUSTED_ONLY && known.apply(DocumentId.of(query)) == null) {
      throw notTrusted();
    }
    if (strict == DocumentPolicy.APQ && hash == null && known.apply(DocumentId.of(query)) == null) {
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

  private static String trusted(
      @Nullable String query, String documentId, Function<DocumentId, @Nullable String> known) {
    if (query != null) {
      throw wrong("the request has a `query` and a `documentId`: send one of them");
    }
    String text = known.apply(DocumentId.parse(documentId));
    if (text == null) {
      throw new TytoException(
          ErrorCode.PERSISTED_QUERY_NOT_FOUND, "no trusted document has the id " + documentId);
    }
    return text;
  }

  private String named(
      DocumentId hash, DocumentPolicy strict, Function<DocumentId, @Nullable String> known) {
    String text = known.apply(hash);
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
