package io.tyto.gateway;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The GraphQL API of the catalog as it is now, built anew when the catalog has changed.
/// Thread-safe.
///
/// Blocks the first request after a change while it builds; never call it on an event loop.
final class LiveSchema {
  private final AdminService admin;
  private final QueryService queries;
  private final DeadLetterService letters;
  private final EntityService entities;
  private final LiveService live;
  private final Clock clock;
  private final GraphQlOptions options;
  private final ReentrantLock building = new ReentrantLock();
  private volatile @Nullable Version version;

  private record Version(long catalog, GraphQlApi api) {}

  LiveSchema(
      AdminService admin,
      QueryService queries,
      DeadLetterService letters,
      EntityService entities,
      LiveService live,
      Clock clock,
      GraphQlOptions options) {
    this.admin = admin;
    this.queries = queries;
    this.letters = letters;
    this.entities = entities;
    this.live = live;
    this.clock = clock;
    this.options = options;
  }

  GraphQlApi current() {
    Version seen = version;
    if (seen != null && seen.catalog() == admin.catalogVersion()) {
      return seen.api();
    }
    building.lock();
    try {
      long catalog = admin.catalogVersion();
      seen = version;
      if (seen == null || seen.catalog() != catalog) {
        seen =
            new Version(
                catalog,
                GraphQlApi.build(
                    admin.collections(),
                    queries,
                    letters,
                    admin,
                    entities,
                    live,
                    admin,
                    clock,
                    options));
        version = seen;
      }
      return seen.api();
    } finally {
      building.unlock();
    }
  }
}
