package io.tyto.graphqlschema;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import graphql.execution.ResultPath;
import graphql.language.SourceLocation;
import io.tyto.graphqlschema.panel.LivePanel;
import io.tyto.graphqlschema.value.Longs;
import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A subscription that was found right: the answers it makes. Thread-safe: immutable.
public final class LiveStream {
  private final LivePanel panel;
  private final LiveService live;
  private final Caller caller;
  private final String name;
  private final @Nullable SourceLocation location;
  private final String queryId;
  private final boolean longsAreStrings;

  /// @param name result key of the one field
  LiveStream(
      LivePanel panel,
      LiveService live,
      Caller caller,
      String name,
      @Nullable SourceLocation location,
      String queryId) {
    this(panel, live, caller, name, location, queryId, Longs.areStrings());
  }

  private LiveStream(
      LivePanel panel,
      LiveService live,
      Caller caller,
      String name,
      @Nullable SourceLocation location,
      String queryId,
      boolean longsAreStrings) {
    this.panel = panel;
    this.live = live;
    this.caller = caller;
    this.name = name;
    this.location = location;
    this.queryId = queryId;
    this.longsAreStrings = longsAreStrings;
  }

  /// What a transport does with answers; see {@link Listener}.
  public interface Sink {
    /// @param id what {@link #behind} takes to go on behind this answer; null where nothing does
    void next(ExecutionResult answer, @Nullable String id);

    /// @param answer the last one, with what went wrong; null where nothing did
    void ended(@Nullable ExecutionResult answer);
  }

  /// The same, to go on right behind an answer of before; BAD_USER_INPUT where that has no meaning.
  public LiveStream behind(String id) {
    return new LiveStream(panel.behind(id), live, caller, name, location, queryId, longsAreStrings);
  }

  /// Follows it; OVERLOADED and what else {@link LiveService} refuses. Each answer is asked for by
  /// {@link Following#request}.
  public Following follow(Sink sink) {
    return Longs.in(longsAreStrings, () -> shaped(sink));
  }

  private Following shaped(Sink sink) {
    return panel.follow(
        live,
        caller,
        new Listener<>() {
          @Override
          public void next(LivePanel.Update update) {
            Map<String, Object> root = new HashMap<>();
            root.put(name, update.data());
            sink.next(ExecutionResult.newExecutionResult().data(root).build(), update.id());
          }

          @Override
          public void failed(TytoException cause) {
            sink.next(failure(cause), null);
          }

          @Override
          public void ended(@Nullable TytoException cause) {
            sink.ended(cause == null ? null : failure(cause));
          }
        });
  }

  /// The field is not null by its type, so that its failure is that of the whole answer.
  public ExecutionResult failure(TytoException cause) {
    return ExecutionResult.newExecutionResult().data(null).errors(errors(cause)).build();
  }

  /// A refusal as clients see it.
  public List<GraphQLError> errors(TytoException cause) {
    return List.of(
        FieldErrors.tell(cause, location, ResultPath.rootPath().segment(name).toList(), queryId));
  }
}
