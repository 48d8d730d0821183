package io.tyto.graphqlschema;

import graphql.ExecutionInput;
import graphql.GraphQLError;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.execution.preparsed.PreparsedDocumentProvider;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.Node;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.GraphQLSchema;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps parsed and validated documents, least recently used go first; refuses those with too many
/// aliases, directives or repetitions, which graphql-java does not count, and what breaks {@link
/// DocumentRules}. Thread-safe.
final class DocumentCache implements PreparsedDocumentProvider {
  /// Longer texts hold their values inside and do not come again.
  private static final int MAX_CHARACTERS = 20_000;

  /// Programs that write documents may say a field again, nobody says it a hundred times.
  private static final int MAX_REPEATS = 100;

  private final GraphQLSchema schema;
  private final GraphQlOptions options;
  private final Map<String, PreparsedDocumentEntry> entries;

  DocumentCache(GraphQLSchema schema, GraphQlOptions options) {
    this.schema = schema;
    this.options = options;
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, PreparsedDocumentEntry> eldest) {
            return size() > options.maxCachedDocuments();
          }
        };
  }

  @Override
  public CompletableFuture<PreparsedDocumentEntry> getDocumentAsync(
      ExecutionInput input, Function<ExecutionInput, PreparsedDocumentEntry> parse) {
    PreparsedDocumentEntry known = known(input.getQuery());
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    PreparsedDocumentEntry entry = parse.apply(input);
    Document document = entry.getDocument();
    if (document != null && !entry.hasErrors()) {
      List<GraphQLError> broken = DocumentRules.broken(schema, document);
      if (!broken.isEmpty()) {
        return CompletableFuture.completedFuture(new PreparsedDocumentEntry(broken));
      }
      ApiError refusal = refusal(document, input);
      if (refusal != null) {
        return CompletableFuture.completedFuture(new PreparsedDocumentEntry(refusal));
      }
      keep(input.getQuery(), entry);
    }
    return CompletableFuture.completedFuture(entry);
  }

  private synchronized @Nullable PreparsedDocumentEntry known(String query) {
    return entries.get(query);
  }

  private synchronized void keep(String query, PreparsedDocumentEntry entry) {
    if (query.length() <= MAX_CHARACTERS) {
      entries.put(query, entry);
    }
  }

  private @Nullable ApiError refusal(Document document, ExecutionInput input) {
    int aliases = 0;
    int directives = 0;
    Deque<Node<?>> open = new ArrayDeque<>();
    open.push(document);
    while (!open.isEmpty()) {
      Node<?> node = open.pop();
      if (node instanceof Field field && field.getAlias() != null) {
        aliases++;
      }
      if (node instanceof graphql.language.Directive) {
        directives++;
      }
      if (node instanceof SelectionSet selected && repeats(selected) > MAX_REPEATS) {
        return tooComplex(
            "the same field more than %d times in one place".formatted(MAX_REPEATS), input);
      }
      for (Node<?> child : node.getChildren()) {
        open.push(child);
      }
    }
    if (aliases > options.maxAliases()) {
      return tooComplex(aliases + " aliases, at most " + options.maxAliases(), input);
    }
    return directives > options.maxDirectives()
        ? tooComplex(directives + " directives, at most " + options.maxDirectives(), input)
        : null;
  }

  /// How often the field that comes most often comes.
  private static int repeats(SelectionSet selected) {
    Map<String, Integer> times = new HashMap<>();
    int most = 0;
    for (Selection<?> selection : selected.getSelections()) {
      if (selection instanceof Field field) {
        most = Math.max(most, times.merge(field.getResultKey(), 1, Integer::sum));
      }
    }
    return most;
  }

  private static ApiError tooComplex(String message, ExecutionInput input) {
    return ApiError.of(
        new TytoException(ErrorCode.DOCUMENT_TOO_COMPLEX, "the document has " + message),
        null,
        null,
        Operation.in(input.getGraphQLContext()).queryId());
  }
}
