package io.tyto.gateway;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.RoleSchema;
import io.tyto.model.access.Scope;
import io.tyto.model.access.Verb;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.ViewService.ViewCollection;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The GraphQL API of the catalog as it is now, as each role sees it: what a caller may not see is
/// in no schema of theirs. Callers who may do the same share one.
///
/// A role's API is built when it is first asked for and again when the catalog has changed; until
/// then, requests of others go on. Thread-safe. Blocks while it builds; never call it on an event
/// loop.
final class LiveSchema {
  /// Roles whose APIs are kept; the one that was not asked for the longest goes first.
  private static final int MAX_ROLES = 32;

  private final AdminService admin;
  private final GraphQlServices services;
  private final IngestService ingest;
  private final Clock clock;
  private final GraphQlOptions options;

  // Guarded by itself.
  private final Map<Role, Version> versions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Role, Version> eldest) {
          return size() > MAX_ROLES;
        }
      };

  /// What decides a schema beside the catalog.
  ///
  /// @param project null: of all projects
  private record Role(@Nullable String project, Set<Scope> scopes) {
    static Role of(Caller caller) {
      boolean isOfAll = caller.kind() == Caller.Kind.OPEN || caller.kind() == Caller.Kind.SYSTEM;
      return new Role(isOfAll ? null : caller.project(), caller.access().scopes());
    }
  }

  private record Version(long catalog, CompletableFuture<GraphQlApi> api) {}

  /// @param services all that there are; callers see what is theirs
  LiveSchema(
      AdminService admin,
      GraphQlServices services,
      IngestService ingest,
      Clock clock,
      GraphQlOptions options) {
    this.admin = admin;
    this.ingest = ingest;
    this.services = services.withCohorts(admin).withViews(admin);
    this.clock = clock;
    this.options = options;
  }

  GraphQlApi of(Caller caller) {
    Role role = Role.of(caller);
    long catalog = admin.catalogVersion();
    Version known;
    CompletableFuture<GraphQlApi> mine = null;
    synchronized (versions) {
      known = versions.get(role);
      if (known == null || known.catalog() != catalog) {
        mine = new CompletableFuture<>();
        known = new Version(catalog, mine);
        versions.put(role, known);
      }
    }
    if (mine != null) {
      build(caller, role, known, mine);
    }
    return await(known.api());
  }

  private void build(
      Caller caller, Role role, Version version, CompletableFuture<GraphQlApi> mine) {
    try {
      mine.complete(build(caller));
    } catch (RuntimeException | Error e) {
      synchronized (versions) {
        versions.remove(role, version); // the next request tries again
      }
      mine.completeExceptionally(e);
    }
  }

  private GraphQlApi build(Caller caller) {
    List<TableSchema> tables =
        admin.collections().stream().flatMap(table -> seen(table, caller)).toList();
    List<ViewCollection> views =
        admin.viewCollections().stream()
            .flatMap(view ->
                seen(view.rows(), caller)
                    .map(rows -> new ViewCollection(view.view(), view.collection(), rows)))
            .toList();
    GraphQlServices own =
        services
            .withCohorts(ProjectCohorts.of(caller, admin))
            .withKeys(caller.access().isAdmin() ? services.keys() : null)
            .withIngest(ingest, table -> Guard.may(caller, Verb.INGEST, table));
    return GraphQlApi.build(tables, views, own, clock, options);
  }

  private static Stream<TableSchema> seen(TableSchema table, Caller caller) {
    return Stream.ofNullable(RoleSchema.of(table, caller));
  }

  private static GraphQlApi await(CompletableFuture<GraphQlApi> api) {
    try {
      return Objects.requireNonNull(api.join());
    } catch (CompletionException | CancellationException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
