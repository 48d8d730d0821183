package io.tyto.ingest;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.view.BoundView;
import io.tyto.ingest.config.ConfigDiff;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.DiscoveredFields;
import io.tyto.ingest.config.ParsedConfigs;
import io.tyto.ingest.config.StoredRows;
import io.tyto.ingest.config.TableChanges;
import io.tyto.ingest.discover.FoundKey;
import io.tyto.ingest.discover.KeyDiscovery;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.partition.SchemaDirectory;
import io.tyto.ingest.partition.StoredPrivacy;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.model.access.Guard;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.Discovery;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogDraft;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.Discovered;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The collections of the catalog as schemas, and the way by which configs get into it.
/// Thread-safe: readers see one consistent state, never a half-applied change.
final class CollectionDirectory implements SchemaDirectory, KeyDiscovery.Catalog {
  /// As many as a file may have.
  private static final int MAX_COLUMNS = 1_000;

  private final Catalog catalog;
  private final Function<EventConfig, GroupShape> shapes;
  private final @Nullable Pipeline pipeline;
  private final @Nullable DecoderRegistry decoders;
  private final @Nullable KeyFile keys;
  private final Supplier<Map<String, DimensionTable>> tables;
  private final StoredSchemas configs;
  private volatile Known known;

  /// @param schemasVersion of the catalog that last changed collections or views
  /// @param schemas newest schema by collection id
  private record Known(
      CatalogState state,
      long schemasVersion,
      SortedMap<Integer, TableSchema> schemas,
      Map<String, TableSchema> byName,
      Map<Integer, StoredPrivacy> privacy,
      ViewDirectory views) {}

  /// @param shapes of groups that are created for a config
  /// @param pipeline must fill what configs that are applied declare as enriched; null where that
  ///   is not asked
  /// @param decoders must read the events of such configs; likewise
  /// @param keys made when the first private field comes, and KEY_MISSING where it is gone since;
  ///   null where nothing is applied
  /// @param tables the dimension tables that stand, by name
  CollectionDirectory(
      Catalog catalog,
      Function<EventConfig, GroupShape> shapes,
      @Nullable Pipeline pipeline,
      @Nullable DecoderRegistry decoders,
      @Nullable KeyFile keys,
      Supplier<Map<String, DimensionTable>> tables) {
    this.tables = tables;
    this.configs = new StoredSchemas(tables, catalog::state);
    this.catalog = catalog;
    this.shapes = shapes;
    this.pipeline = pipeline;
    this.decoders = decoders;
    this.keys = keys;
    this.known = read(catalog.state(), catalog.state().version(), new TreeMap<>());
    if (keys != null && hasPrivate()) {
      keys.values();
    }
  }

  private boolean hasPrivate() {
    return known.byName().values().stream()
        .anyMatch(schema -> schema.withDormantPrivate().hasPrivate());
  }

  /// The secret is made before there is anything that it hides.
  private void requireKey(List<EventConfig> configs) {
    boolean isNeeded =
        configs.stream()
            .flatMap(config -> config.columns().stream())
            .anyMatch(column -> column.privacy() != null);
    if (isNeeded && keys != null) {
      if (!hasPrivate()) {
        keys.create();
      }
      keys.values();
    }
  }

  /// One to which nothing is applied.
  ///
  /// @param decoders as above
  static CollectionDirectory readOnly(
      Catalog catalog, @Nullable DecoderRegistry decoders, Map<String, DimensionTable> tables) {
    return new CollectionDirectory(
        catalog,
        config -> {
          throw new IllegalStateException("no group is created for " + config.collection());
        },
        null,
        decoders,
        null,
        () -> tables);
  }

  @Override
  public TableSchema newest(int collectionId) {
    TableSchema schema = known.schemas().get(collectionId);
    if (schema == null) {
      throw new TytoException(
          ErrorCode.INTERNAL, "the catalog has no collection with the number " + collectionId);
    }
    return schema;
  }

  @Override
  public List<Integer> collectionsOf(int groupId) {
    List<Integer> ids = new ArrayList<>();
    for (TableSchema schema : known.schemas().values()) {
      if (schema.groupId() == groupId) {
        ids.add(schema.collectionId());
      }
    }
    return ids;
  }

  @Override
  public long catalogVersion() {
    return known.state().version();
  }

  /// See {@link io.tyto.model.port.AdminService#catalogVersion}.
  long schemasVersion() {
    return known.schemasVersion();
  }

  CatalogState state() {
    return known.state();
  }

  /// All collections by name.
  List<TableSchema> all() {
    return new TreeMap<>(known.byName()).values().stream().toList();
  }

  /// UNKNOWN_COLLECTION.
  TableSchema named(String name) {
    Known now = known;
    TableSchema schema = now.byName().get(name);
    if (schema == null) {
      throw Guard.unknown(name);
    }
    return schema;
  }

  /// Records a file whose records are all committed.
  synchronized void addImport(String contentId, String name, int collectionId, long rows) {
    take(catalog.change(draft -> draft.addImport(contentId, name, collectionId, rows)));
  }

  /// Takes over configs, all or none. CONFIG_INVALID, CONFIG_INCOMPATIBLE.
  ///
  /// @param stored what a collection holds, for the plan
  /// @param check throws what else must not be applied
  /// @param tables what was planned for dimension tables, which are taken over before
  synchronized ApplyResult apply(
      List<ConfigFile> files,
      Function<TableSchema, StoredRows> stored,
      Consumer<List<EventConfig>> check,
      List<CollectionPlan> tables) {
    refresh();
    List<EventConfig> configs = parse(files).configs();
    check.accept(configs);
    ConfigPlan plan = planner().plan(configs, tables, stored);
    ConfigPlanner.requireCompatible(plan);
    requireKey(configs);
    // Asked before, because the topic may have to be asked, which takes its time.
    Map<String, GroupShape> newShapes = new HashMap<>();
    for (EventConfig config : configs) {
      if (needsGroup(config)) {
        newShapes.put(config.collection(), shapes.apply(config));
      }
    }
    take(
        catalog.change(draft -> {
          if (isOutdated()) {
            // Another process was faster, so the verdict is asked for again.
            take(catalog.state());
            parse(files);
            check.accept(configs);
            ConfigPlanner.requireCompatible(planner().plan(configs, tables, stored));
          }
          for (EventConfig config : configs) {
            record(draft, config, newShapes);
          }
        }));
    return new ApplyResult(
        names(plan, change -> change.fromVersion() == 0),
        names(
            plan, change -> change.fromVersion() > 0 && change.toVersion() > change.fromVersion()),
        names(plan, change -> change.toVersion() == change.fromVersion()),
        plan);
  }

  @Override
  public synchronized void refresh() {
    if (catalog.refresh().version() != known.state().version()) {
      take(catalog.state());
    }
  }

  private ConfigPlanner planner() {
    return new ConfigPlanner(known.state(), known.byName());
  }

  private CatalogState.Collection standing(TableSchema schema) {
    return known.state().collection(schema.name()).orElseThrow();
  }

  private boolean isOutdated() {
    return catalog.state().version() != known.state().version();
  }

  private boolean needsGroup(EventConfig config) {
    EventConfig.Entity entity = config.entity();
    return !known.byName().containsKey(config.collection())
        && (entity == null || known.state().groupOfEntity(entity.name()).isEmpty());
  }

  /// What {@link #apply} would do. CONFIG_INVALID.
  synchronized ConfigPlan diff(List<ConfigFile> files, Function<TableSchema, StoredRows> stored) {
    refresh();
    ParsedConfigs parsed = parse(files);
    return planner()
        .plan(parsed.configs(), TableChanges.plans(parsed.tables(), tables.get()), stored);
  }

  /// What configs say of dimension tables.
  ///
  /// @param plans what follows for each of them
  /// @param joined the names of those that their collections look into
  record PlannedTables(
      List<DimensionTable> tables, List<CollectionPlan> plans, Set<String> joined) {}

  /// Checks configs as {@link #apply} does, and changes nothing. CONFIG_INVALID,
  /// CONFIG_INCOMPATIBLE.
  synchronized PlannedTables check(
      List<ConfigFile> files,
      Function<TableSchema, StoredRows> stored,
      Consumer<List<EventConfig>> check) {
    refresh();
    ParsedConfigs parsed = parse(files);
    check.accept(parsed.configs());
    List<CollectionPlan> plans = TableChanges.plans(parsed.tables(), tables.get());
    ConfigPlanner.requireCompatible(planner().plan(parsed.configs(), plans, stored));
    Set<String> joined =
        parsed.configs().stream()
            .flatMap(config -> Join.withTables(config).stream())
            .map(Join.OfTable::table)
            .collect(Collectors.toCollection(TreeSet::new));
    for (EventConfig config : parsed.configs()) {
      for (ColumnSpec column : config.columns()) {
        if (column.derive() != null && column.isLookup()) {
          joined.addAll(column.derive().lookedUp());
        }
      }
    }
    return new PlannedTables(parsed.tables(), plans, joined);
  }

  private ParsedConfigs parse(List<ConfigFile> files) {
    List<EventConfig> standing = known.byName().values().stream().map(TableSchema::config).toList();
    ParsedConfigs parsed =
        ConfigParser.parse(files, standing, tables.get(), known.views().created(), pipeline)
            .requireValid();
    if (decoders != null) {
      decoders.check(parsed.configs());
    }
    return parsed;
  }

  @Override
  public synchronized KeyDiscovery.Outcome discover(int collectionId, List<FoundKey> keys) {
    refresh();
    TableSchema schema = newest(collectionId);
    int position = schema.restPosition();
    ColumnSpec source = position < 0 ? null : schema.columns().get(position);
    Discovery discovery = source == null ? null : source.discovery();
    if (source == null || discovery == null) {
      List<String> all = keys.stream().map(FoundKey::key).toList();
      return new KeyDiscovery.Outcome(List.of(), all, List.of());
    }
    List<Discovered> fields = new ArrayList<>(planner().discovered(schema));
    List<String> added = new ArrayList<>();
    List<String> settled = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    EventConfig config = schema.config();
    for (FoundKey found : keys) {
      boolean isKnown = fields.stream().anyMatch(one -> one.key().equals(found.key()));
      if (isKnown || discovery.ignored().contains(found.key())) {
        settled.add(found.key());
      } else if (fields.size() >= discovery.max() || config.columns().size() >= MAX_COLUMNS) {
        refused.add(found.key());
      } else {
        settled.add(found.key());
        Discovered one = DiscoveredFields.of(config, source, found);
        if (one != null) {
          fields.add(one);
          added.add(one.name());
          config = DiscoveredFields.join(config, List.of(one));
        }
      }
    }
    if (!added.isEmpty() && !addVersion(schema, config, fields)) {
      // Another process was faster: by what it added, other names may be free.
      return discover(collectionId, keys);
    }
    return new KeyDiscovery.Outcome(added, settled, refused);
  }

  /// Adds a version that differs by found fields only; false where the catalog is another by now.
  private boolean addVersion(TableSchema schema, EventConfig grown, List<Discovered> fields) {
    Map<String, Integer> kept = ConfigDiff.compare(schema, grown, StoredRows.NONE).keptIds();
    AtomicBoolean isAdded = new AtomicBoolean();
    take(
        catalog.change(draft -> {
          isAdded.set(!isOutdated());
          if (isAdded.get()) {
            draft.addConfigVersion(
                schema.collectionId(), grown.text(), columns(grown, kept), fields);
          }
        }));
    return isAdded.get();
  }

  private static List<String> names(ConfigPlan plan, Predicate<CollectionPlan> wanted) {
    return plan.collections().stream().filter(wanted).map(CollectionPlan::collection).toList();
  }

  private void record(CatalogDraft draft, EventConfig config, Map<String, GroupShape> newShapes) {
    TableSchema current = known.byName().get(config.collection());
    if (current == null) {
      draft.addCollection(
          config.collection(),
          groupOf(draft, config, newShapes),
          config.text(),
          columns(config, Map.of()));
      return;
    }
    ConfigPlanner planner = planner();
    EventConfig joined = planner.joined(config);
    ConfigDiff diff = planner.diff(current, joined, StoredRows.NONE);
    if (!diff.isUnchanged()) {
      draft.addConfigVersion(
          current.collectionId(),
          config.text(),
          columns(joined, diff.keptIds()),
          DiscoveredFields.standing(config, planner.discovered(current)));
    }
  }

  private static List<CatalogDraft.NewColumn> columns(
      EventConfig config, Map<String, Integer> keptIds) {
    return config.columns().stream()
        .map(column ->
            new CatalogDraft.NewColumn(
                column.name(),
                column.type().toString(),
                column.derive() != null || column.isAppended(),
                keptIds.getOrDefault(column.name(), 0)))
        .toList();
  }

  private int groupOf(CatalogDraft draft, EventConfig config, Map<String, GroupShape> newShapes) {
    EventConfig.Entity entity = config.entity();
    Optional<CatalogState.Group> known =
        entity == null ? Optional.empty() : draft.state().groupOfEntity(entity.name());
    return known
        .map(CatalogState.Group::id)
        .orElseGet(() -> {
          // Alerts lie with their events, whichever of the two comes first.
          String events = config.source().alertsOf();
          GroupShape own = newShapes.get(config.collection());
          GroupShape shape = events == null ? own : newShapes.getOrDefault(events, own);
          if (shape == null) {
            throw new TytoException(
                ErrorCode.INTERNAL, "no shape for the group of " + config.collection());
          }
          return draft.addGroup(
              entity == null ? config.collection() : entity.name(),
              entity == null ? null : entity.name(),
              shape.partitions(),
              shape.placement().text());
        });
  }

  /// Records what a group reads of a topic, unless another was faster; returns what holds.
  ///
  /// @param before what the binding takes the place of; null: nothing
  synchronized FeedBinding bind(@Nullable FeedBinding before, FeedBinding binding) {
    take(
        catalog.change(draft -> {
          FeedBinding now = draft.state().bindings().get(binding.key());
          if (Objects.equals(now, before)) {
            draft.bindFeed(binding);
          }
        }));
    return Objects.requireNonNull(known.state().bindings().get(binding.key()));
  }

  /// Changes the catalog, and returns what it is by that.
  ///
  /// @param edit sees what other processes changed meanwhile here too
  synchronized CatalogState change(Consumer<CatalogDraft> edit) {
    CatalogState changed =
        catalog.change(draft -> {
          if (isOutdated()) {
            take(catalog.state());
          }
          edit.accept(draft);
        });
    take(changed);
    return changed;
  }

  ViewDirectory views() {
    return known.views();
  }

  @Override
  public List<BoundView> views(int collectionId) {
    return known.views().of(collectionId);
  }

  @Override
  public Set<String> unboundViews(int collectionId) {
    return known.views().unbound(collectionId);
  }

  private void take(CatalogState state) {
    Known before = known;
    boolean isAsBefore =
        state.collections().equals(before.state().collections())
            && state.views().equals(before.state().views());
    known = read(state, isAsBefore ? before.schemasVersion() : state.version(), before.schemas());
  }

  @Override
  public StoredPrivacy privacy(int collectionId) {
    return known.privacy().getOrDefault(collectionId, StoredPrivacy.NONE);
  }

  private Known read(
      CatalogState state, long schemasVersion, SortedMap<Integer, TableSchema> before) {
    Map<Integer, StoredPrivacy> privacy = new HashMap<>();
    SortedMap<Integer, TableSchema> schemas = new TreeMap<>();
    Map<String, TableSchema> byName = new HashMap<>();
    for (CatalogState.Collection collection : state.collections().values()) {
      TableSchema schema = before.get(collection.id());
      if (schema == null || schema.version() != collection.newest().version()) {
        schema = configs.newest(collection);
      }
      schemas.put(collection.id(), schema);
      byName.put(collection.name(), schema);
      if (keys != null && schema.withDormantPrivate().hasPrivate()) {
        privacy.put(collection.id(), new CurrentPrivacy(configs.history(collection), schema, keys));
      }
    }
    return new Known(
        state, schemasVersion, schemas, byName, privacy, ViewDirectory.of(state, schemas));
  }

  /// Every version of a collection, ascending. UNKNOWN_COLLECTION.
  List<TableSchema> versions(String name) {
    return configs.versions(standing(named(name)));
  }

  /// Every version of a collection's config. UNKNOWN_COLLECTION.
  List<ConfigVersion> history(String collection) {
    CatalogState.Collection standing = standing(named(collection));
    List<ConfigVersion> history = new ArrayList<>();
    TableSchema before = null;
    Set<String> found = Set.of();
    for (CatalogState.ConfigVersion version : standing.versions()) {
      TableSchema schema = configs.of(standing, version);
      List<String> changes =
          before == null
              ? List.of("new collection")
              : ConfigDiff.compare(before, found, schema.config(), StoredRows.NONE)
                  .changes()
                  .stream()
                  .map(ConfigChange::what)
                  .toList();
      history.add(
          new ConfigVersion(
              version.version(),
              version.configText(),
              changes,
              version.discovered().stream().map(DiscoveredFields::line).toList()));
      before = schema;
      found = version.discovered().stream().map(Discovered::name).collect(Collectors.toSet());
    }
    return history;
  }

  /// The group of a collection.
  CatalogState.Group group(int groupId) {
    CatalogState.@Nullable Group group = known.state().groups().get(groupId);
    if (group == null) {
      throw new TytoException(ErrorCode.INTERNAL, "the catalog has no group " + groupId);
    }
    return group;
  }

  KeyPlacement placement(int groupId) {
    return KeyPlacement.named(group(groupId).placement());
  }
}
