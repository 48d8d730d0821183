package io.tyto.gateway;

import io.tyto.gateway.observe.Meter;
import io.tyto.gateway.observe.Meters;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The GraphQL API of the catalog as it is now, as each role sees it: what a caller may not see is
/// in no schema of theirs. Callers who see the same share one, whatever allows them to.
///
/// An API is built when it is first asked for and again when the catalog has changed; until then,
/// requests of others go on. Thread-safe. Blocks while it builds; never call it on an event loop.
final class LiveSchema {
  /// Collections and views in all APIs that are kept, each counted as often as it is in one; the
  /// API that was not asked for the longest goes first.
  private static final int MAX_COLLECTIONS = 3_200;

  /// Roles of which it is known what they see.
  private static final int MAX_ROLES = 4_096;

  private final AdminService admin;
  private final GraphQlServices services;
  private final IngestService ingest;
  private final Meters meters;
  private final Clock clock;
  private final GraphQlOptions options;
  private final int maxCollections;

  // Both guarded by the first; the last that was asked for stands last.
  private final LinkedHashMap<Key, Version> versions = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<Role, Version> roles = new LinkedHashMap<>(16, 0.75f, true);

  private int keptCollections;

  /// What decides what a caller sees of a catalog.
  ///
  /// @param project null: of all projects
  private record Role(@Nullable String project, Set<Scope> scopes) {
    static Role of(Caller caller) {
      return new Role(project(caller), caller.access().scopes());
    }

    private static @Nullable String project(Caller caller) {
      boolean isOfAll = caller.kind() == Caller.Kind.OPEN || caller.kind() == Caller.Kind.SYSTEM;
      return isOfAll ? null : caller.project();
    }
  }

  /// All that an API is made of, and nothing else of whoever asks for it.
  ///
  /// @param project whose cohorts there are; null: of all projects
  /// @param ingestible names of the collections that events may be sent to
  private record Visible(
      long catalog,
      @Nullable String project,
      boolean isAdmin,
      List<TableSchema> tables,
      List<ViewCollection> views,
      Set<String> ingestible) {
    int size() {
      return 1 + tables.size() + views.size();
    }
  }

  /// What is looked up by it often, and is large, is hashed once.
  private static final class Key {
    private final Visible visible;
    private final int hash;

    Key(Visible visible) {
      this.visible = visible;
      this.hash = visible.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || other instanceof Key key && hash == key.hash && visible.equals(key.visible);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private record Version(Key key, CompletableFuture<GraphQlApi> api) {
    long catalog() {
      return key.visible.catalog();
    }
  }

  /// @param services all that there are; callers see what is theirs
  LiveSchema(
      AdminService admin,
      GraphQlServices services,
      IngestService ingest,
      Meters meters,
      Clock clock,
      GraphQlOptions options) {
    this(admin, services, ingest, meters, clock, options, MAX_COLLECTIONS);
  }

  /// @param maxCollections as {@link #MAX_COLLECTIONS}
  LiveSchema(
      AdminService admin,
      GraphQlServices services,
      IngestService ingest,
      Meters meters,
      Clock clock,
      GraphQlOptions options,
      int maxCollections) {
    this.admin = admin;
    this.ingest = ingest;
    this.services = services.withCohorts(admin).withViews(admin).withSaved(admin);
    this.meters = meters;
    this.clock = clock;
    this.options = options;
    this.maxCollections = maxCollections;
  }

  /// The text of a saved document that is there for the caller; null where there is none.
  ///
  /// @param documentId `sha256:...`
  @Nullable String savedDocument(String documentId, Caller caller) {
    // Most ids are of nothing saved, and need no schema to be known for that.
    return admin.savedItems().stream().anyMatch(item -> documentId.equals(item.document()))
        ? of(caller).savedDocument(documentId, caller)
        : null;
  }

  GraphQlApi of(Caller caller) {
    Role role = Role.of(caller);
    long catalog = admin.catalogVersion();
    synchronized (versions) {
      Version known = roles.get(role);
      // A look among the APIs makes it the last that goes.
      if (known != null && known.catalog() == catalog && known.equals(versions.get(known.key()))) {
        return await(known);
      }
    }
    return await(find(role, new Key(visible(catalog, caller))));
  }

  private Version find(Role role, Key key) {
    Version version;
    boolean isNew = false;
    synchronized (versions) {
      version = versions.get(key);
      if (version == null) {
        isNew = true;
        version = new Version(key, new CompletableFuture<>());
        forgetBefore(version.catalog());
        versions.put(key, version);
        keptCollections += key.visible.size();
        makeRoom();
      }
      roles.put(role, version);
      if (roles.size() > MAX_ROLES) {
        roles.pollFirstEntry();
      }
    }
    if (isNew) {
      build(version);
    }
    return version;
  }

  /// Nobody asks for what there was under an earlier catalog.
  private void forgetBefore(long catalog) {
    for (Version version : List.copyOf(versions.values())) {
      if (version.catalog() < catalog) {
        forget(version);
      }
    }
  }

  private void makeRoom() {
    while (keptCollections > maxCollections && versions.size() > 1) {
      forget(versions.firstEntry().getValue());
    }
  }

  private void forget(Version version) {
    if (versions.remove(version.key(), version)) {
      keptCollections -= version.key().visible.size();
      roles.values().removeIf(version::equals);
    }
  }

  private void build(Version version) {
    try {
      version.api().complete(build(version.key().visible));
    } catch (RuntimeException | Error e) {
      synchronized (versions) {
        forget(version); // the next request tries again
      }
      version.api().completeExceptionally(e);
    }
  }

  private Visible visible(long catalog, Caller caller) {
    List<TableSchema> tables =
        admin.collections().stream().flatMap(table -> seen(table, caller)).toList();
    List<ViewCollection> views =
        admin.viewCollections().stream()
            .flatMap(view ->
                seen(view.rows(), caller)
                    .map(rows -> new ViewCollection(view.view(), view.collection(), rows)))
            .toList();
    Set<String> ingestible =
        Stream.concat(tables.stream(), views.stream().map(ViewCollection::rows))
            .filter(table -> Guard.may(caller, Verb.INGEST, table))
            .map(TableSchema::name)
            .collect(Collectors.toUnmodifiableSet());
    return new Visible(
        catalog, Role.project(caller), caller.access().isAdmin(), tables, views, ingestible);
  }

  private GraphQlApi build(Visible visible) {
    meters.count(Meter.SCHEMA_BUILDS, 1);
    GraphQlServices own =
        services
            .withCohorts(ProjectCohorts.of(visible.project(), admin))
            .withKeys(visible.isAdmin() ? services.keys() : null)
            .withIngest(ingest, table -> visible.ingestible().contains(table.name()));
    return GraphQlApi.build(visible.tables(), visible.views(), own, clock, options);
  }

  private static Stream<TableSchema> seen(TableSchema table, Caller caller) {
    return Stream.ofNullable(RoleSchema.of(table, caller));
  }

  private static GraphQlApi await(Version version) {
    try {
      return Objects.requireNonNull(version.api().join());
    } catch (CompletionException | CancellationException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
