package io.tyto.graphqlschema.schema;

import static io.tyto.graphqlschema.schema.SdlWriter.argument;
import static java.lang.System.Logger.Level.WARNING;

import graphql.schema.GraphQLScalarType;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService;
import io.tyto.model.port.ViewService.ViewCollection;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// The whole schema as text, as parsed definitions, and as the collections behind its names.
///
/// @param text what a client reads
/// @param version hash of the text
/// @param byField collections by their field in the root query, in the order of the catalog
/// @param entities by their field in the root query
/// @param keyed single entities by the root field that finds one by its key
/// @param materialized rows of views by their field below `materialized`
/// @param events those that are taken, by their field in the root mutation
public record ApiSchema(
    String text,
    String version,
    TypeDefinitionRegistry definitions,
    Map<String, ApiCollection> byField,
    Map<String, ApiEntity> entities,
    Map<String, KeyedEntity> keyed,
    Map<String, ApiCollection> materialized,
    Map<String, ApiEvent> events) {

  /// The root field below which views are.
  public static final String MATERIALIZED = "materialized";

  private static final System.Logger LOG = System.getLogger(ApiSchema.class.getName());
  private static final String SHARED = "shared.graphqls";

  /// What only admins see.
  private static final String KEYS = "keys.graphqls";

  /// Fields of the root query beside collections and entities.
  private static final Set<String> ROOT_FIELDS =
      Set.of(
          "collections",
          "schemaVersion",
          "deadLetters",
          "deadLetterReasons",
          "views",
          "savedQueries",
          "dashboards",
          "node",
          "rateLimit",
          "apiKeys",
          MATERIALIZED);

  /// Generates the schema; CONFIG_INVALID where two names meet in it. A view whose names are taken
  /// is left out: it was created while the API ran, and can be dropped by the API only.
  ///
  /// @param views those that can be asked
  /// @param stored what a hidden column stores of a value
  /// @param cohorts those that are kept by name
  /// @param takesEvents of which collections events are taken
  /// @param showsKeys whether API keys can be seen and made
  public static ApiSchema of(
      List<TableSchema> tables,
      List<ViewCollection> views,
      BiFunction<ColumnSpec, Object, Object> stored,
      CohortService cohorts,
      Predicate<TableSchema> takesEvents,
      boolean showsKeys) {
    Definitions made = new Definitions();
    if (showsKeys) {
      made.merge(resource(KEYS));
    }
    List<ApiCollection> collections =
        tables.stream().map(table -> new ApiCollection(table, stored)).toList();
    List<ApiEntity> allEntities = ApiEntity.of(collections, cohorts);
    Map<String, ApiCollection> byField = new LinkedHashMap<>();
    for (ApiCollection collection : collections) {
      made.add(CollectionSdl.write(collection), collection);
      if (isRootField(collection.field()) || byField.put(collection.field(), collection) != null) {
        throw collision(
            collection, "Query." + collection.field(), "another field of the root query");
      }
    }
    Map<String, ApiEvent> events = new LinkedHashMap<>();
    for (ApiCollection collection : collections) {
      ApiEvent event = takesEvents.test(collection.schema()) ? ApiEvent.of(collection) : null;
      if (event != null) {
        made.add(CollectionSdl.writeEvent(event), collection);
        events.put(event.field(), event);
      }
    }
    Map<String, ApiEntity> entities = new LinkedHashMap<>();
    for (ApiEntity entity : allEntities) {
      ApiCollection first = entity.collections().getFirst();
      made.add(EntitySdl.write(entity), first);
      if (isRootField(entity.field()) || byField.containsKey(entity.field())) {
        throw collision(first, "Query." + entity.field(), "another field of the root query");
      }
      entities.put(entity.field(), entity);
    }
    Map<String, KeyedEntity> keyed = KeyedEntity.of(byField.values());
    for (KeyedEntity entity : keyed.values()) {
      entity.collections().forEach(collection -> collection.join(entity));
      made.add(KeyedEntitySdl.write(entity), entity.collections().getFirst());
    }
    Map<String, ApiCollection> materialized = new LinkedHashMap<>();
    List<ViewCollection> shown = new ArrayList<>();
    for (ViewCollection view : views) {
      String field = view.view().field();
      ApiCollection rows = new ApiCollection(view.rows(), View.TYPE_PREFIX + "." + field, stored);
      if (!materialized.containsKey(field) && made.addIfFree(CollectionSdl.write(rows), rows)) {
        materialized.put(field, rows);
        shown.add(view);
      } else {
        LOG.log(
            WARNING,
            "the view {0} of {1} is not in the API: its names there are taken; drop it, and create it by another name",
            view.view().name(),
            view.collection());
      }
    }
    made.merge(root(byField, entities, keyed, shown, events, showsKeys));
    String text = made.text.toString();
    return new ApiSchema(
        text, hash(text), made.definitions, byField, entities, keyed, materialized, events);
  }

  /// Definitions part by part, and who made each of their types.
  private static final class Definitions {
    private final SchemaParser parser = new SchemaParser();
    private final StringBuilder text = new StringBuilder();
    private final TypeDefinitionRegistry definitions = new TypeDefinitionRegistry();
    private final Map<String, String> owners = new HashMap<>();

    Definitions() {
      merge(resource(SHARED));
      definitions.types().keySet().forEach(name -> owners.put(name, "a type that every API has"));
      definitions
          .scalars()
          .keySet()
          .forEach(name -> owners.put(name, "a scalar that every API has"));
      owners.put("Query", "the root query");
      owners.put("Mutation", "the root mutation");
      owners.put("Subscription", "the root subscription");
    }

    void merge(String part) {
      merge(part, parser.parse(part));
    }

    private void merge(String part, TypeDefinitionRegistry types) {
      definitions.merge(types);
      text.append(part);
    }

    /// CONFIG_INVALID where a type is another's.
    void add(String part, ApiCollection of) {
      add(part, parser.parse(part), of);
    }

    private void add(String part, TypeDefinitionRegistry types, ApiCollection of) {
      for (String type : types.types().keySet()) {
        String owner = owners.putIfAbsent(type, "a type of collection " + of.name());
        if (owner != null) {
          throw collision(of, type, owner);
        }
      }
      merge(part, types);
    }

    /// False, and nothing is added, where a type is another's.
    boolean addIfFree(String part, ApiCollection of) {
      TypeDefinitionRegistry types = parser.parse(part);
      boolean isFree = Collections.disjoint(owners.keySet(), types.types().keySet());
      if (isFree) {
        add(part, types, of);
      }
      return isFree;
    }
  }

  /// The scalars that the definitions leave to code.
  public static List<GraphQLScalarType> scalars() {
    return Scalars.all();
  }

  private static TytoException collision(ApiCollection collection, String name, String owner) {
    return new TytoException(
        ErrorCode.CONFIG_INVALID,
        "collection %s would make %s, which is the name of %s: add a line such as api: %sEvents to its config"
            .formatted(collection.name(), name, owner, collection.field()));
  }

  private static boolean isRootField(String field) {
    return ROOT_FIELDS.contains(field);
  }

  private static String root(
      Map<String, ApiCollection> byField,
      Map<String, ApiEntity> entities,
      Map<String, KeyedEntity> keyed,
      List<ViewCollection> views,
      Map<String, ApiEvent> events,
      boolean showsKeys) {
    SdlWriter sdl = new SdlWriter().comment("root");
    if (!views.isEmpty()) {
      sdl.describe("Rows of views, each asked like a collection").open("type " + View.TYPE_PREFIX);
      for (ViewCollection view : views) {
        sdl.member(
            "Of " + view.collection(),
            view.view().field() + ": " + view.view().typeName() + "Collection!");
      }
      sdl.close();
    }
    writeQuery(sdl, byField, entities, keyed, !views.isEmpty(), showsKeys);
    writeMutation(sdl, !entities.isEmpty(), events.values(), showsKeys);
    if (!entities.isEmpty()) {
      sdl.describe("A cohort of one entity").open("input EntityCohort @oneOf");
      for (ApiEntity entity : entities.values()) {
        sdl.member(
            "Of each " + entity.name(),
            entity.filterField().substring(1) + ": " + entity.typeName() + "Cohort");
      }
      sdl.close();
    }
    return sdl.append(subscriptions(byField)).toString();
  }

  private static void writeQuery(
      SdlWriter sdl,
      Map<String, ApiCollection> byField,
      Map<String, ApiEntity> entities,
      Map<String, KeyedEntity> keyed,
      boolean hasViews,
      boolean showsKeys) {
    sdl.describe("Everything that can be asked").open("type Query");
    for (ApiCollection collection : byField.values()) {
      sdl.member(
          collection.described("Ways to ask "),
          collection.field() + ": " + collection.typeName() + "Collection!");
    }
    for (ApiEntity entity : entities.values()) {
      sdl.member(
          "What each " + entity.name() + " did one after the other, across collections",
          entity.field() + ": " + entity.typeName() + "!");
    }
    for (KeyedEntity entity : keyed.values()) {
      sdl.field(
          "Null where no event of that key was seen",
          entity.name(),
          entity.typeName(),
          List.of(argument("Its key, as events bring it", "id: ID!")));
    }
    sdl.field(
            "All collections that can be asked, or those of these names",
            "collections",
            "[Collection!]!",
            List.of(argument("As in their configs", "names: [ID!]")))
        .member("Changes with every change of this schema", "schemaVersion: String!")
        .field(
            "Records that did not fit a collection, the newest first",
            "deadLetters",
            "DeadLetterConnection! @listSize(slicingArguments: [\"first\"], sizedFields:"
                + " [\"edges\", \"nodes\"])",
            List.of(
                argument("That they were meant for", "collection: ID!"),
                argument("Which of them", "where: DeadLetterFilter"),
                argument("Letters of the page", "first: Int = 50"),
                argument("The cursor of the letter before it", "after: String")))
        .field(
            "The same by reason, the most frequent first; of all collections, or of one",
            "deadLetterReasons",
            "[DeadLetterReason!]!",
            List.of(
                argument("Absent: all", "collection: ID"),
                argument("Came at that time or later", "since: DateTime"),
                argument("Came before that time", "until: DateTime")))
        .member("Views and how they stand, by name", "views: [MaterializedView!]!")
        .member(
            "Queries that your project keeps and that fit this schema",
            "savedQueries: [SavedQuery!]!")
        .member(
            "Dashboards that your project keeps, with the panels whose queries fit this schema",
            "dashboards: [Dashboard!]!")
        .field(
            "A saved query, a dashboard or a view; null where there is none for you",
            "node",
            "Node",
            List.of(argument("The id that it has there", "id: ID!")))
        .field(
            "What this operation cost, and what its caller may still use; free",
            "rateLimit",
            "RateLimit!",
            List.of(
                argument(
                    "Runs nothing else: other fields are null where they would be computed, and cost"
                        + " is what they are estimated at, of comparisons the first part",
                    "dryRun: Boolean = false")));
    if (hasViews) {
      sdl.member(
          "Rows of views, each asked like a collection",
          MATERIALIZED + ": " + View.TYPE_PREFIX + "!");
    }
    if (showsKeys) {
      sdl.member(
          "API keys, the oldest first; those of your project, of an operator all",
          "apiKeys: [ApiKey!]! @listSize(assumedSize: 100)");
    }
    sdl.close();
  }

  private static void writeMutation(
      SdlWriter sdl, boolean hasEntities, Collection<ApiEvent> events, boolean showsKeys) {
    sdl.describe("Everything that can be changed")
        .open("type Mutation")
        .field(
            "Reads the records of dead letters again, as the config says now: those that fit become"
                + " rows, each once however often this is asked, and their letters go",
            "replayDeadLetters",
            "ReplayPayload!",
            List.of(
                argument("That they were meant for", "collection: ID!"),
                argument("Absent: all that the others choose", "ids: [ID!]"),
                argument("Of the reason", "code: String"),
                argument("Came at that time or later", "since: DateTime"),
                argument("Came before that time", "until: DateTime"),
                argument("The most that become rows, at most 1,000,000", "limit: Int = 10000")))
        .field(
            "Keeps a group-by answered: it is made of what is stored in the background, and can be"
                + " asked at once below materialized, in the schema that the next request meets",
            "createView",
            "ViewPayload!",
            List.of(argument("What is kept answered", "input: ViewInput!")))
        .field(
            "Brings it up to date soon",
            "refreshView",
            "ViewPayload!",
            List.of(argument("Its name", "id: ID!")))
        .field(
            "A view of a config goes with its lines there",
            "dropView",
            "DeletePayload!",
            List.of(argument("Its name", "id: ID!")))
        .field(
            "Keeps a query for all of your project who may ask it: they run it by its documentId, where"
                + " only trusted documents are run too",
            "saveQuery",
            "SavedQueryPayload!",
            List.of(argument("What is kept", "input: SavedQueryInput!")))
        .field(
            "One that stands on a dashboard stays",
            "deleteQuery",
            "DeletePayload!",
            List.of(argument("Its id", "id: ID!")))
        .field(
            "Keeps panels of saved queries for all of your project",
            "saveDashboard",
            "DashboardPayload!",
            List.of(argument("What is kept", "input: DashboardInput!")))
        .field(
            "Its queries stay",
            "deleteDashboard",
            "DeletePayload!",
            List.of(argument("Its id", "id: ID!")))
        .field(
            "Ends an operation of your own that is under way; false where there is none",
            "cancelQuery",
            "Boolean!",
            List.of(argument("Its queryId, or what its request said as X-Request-Id", "id: ID!")));
    for (ApiEvent event : events) {
      List<String> arguments = new ArrayList<>();
      arguments.add(argument("At most 10,000", "events: [" + event.typeName() + "!]!"));
      if (event.takesKey()) {
        arguments.add(
            argument(
                "Gives an id to each event that has none, by its place: the same events sent again"
                    + " under it are duplicates. IDEMPOTENCY_CONFLICT where they are others",
                "idempotencyKey: ID"));
      }
      sdl.field(
          "Takes events; they are durable when it is answered, and seen by the next question. One of"
              + " an id that is there already is a duplicate",
          event.field(),
          "IngestResult!",
          arguments);
    }
    if (hasEntities) {
      sdl.field(
              "Keeps a cohort by name, in place of one of that name; its ranges, such as last, mean"
                  + " what they mean when it is used",
              "saveCohort",
              "EntitySavedCohort!",
              List.of(
                  argument("By which filters and cohorts call it", "name: ID!"),
                  argument("Who is in it", "of: EntityCohort!"),
                  argument(
                      "The version it replaces, 0: there is none yet. VERSION_CONFLICT where it is"
                          + " another",
                      "expectedVersion: Long")))
          .field(
              "False where there is none of that name",
              "dropCohort",
              "Boolean!",
              List.of(
                  argument("Whose it is, as configs name it", "entity: ID!"),
                  argument("Its name", "name: ID!")));
    }
    if (showsKeys) {
      writeKeyMutations(sdl);
    }
    sdl.close();
  }

  private static void writeKeyMutations(SdlWriter sdl) {
    sdl.field(
            "Makes an API key, which is told this once. FORBIDDEN where it would be good for more than"
                + " yours: another project, other addresses, longer, higher limits or more documents",
            "createApiKey",
            "ApiKeyPayload!",
            List.of(
                argument("For people", "name: String!"),
                argument("What it may do, such as query:recharge", "scopes: [String!]! = []"),
                argument("Of the access file", "roles: [String!]"),
                argument("Whose collections it sees; absent: yours", "project: String"),
                argument("What row policies compare with", "parameters: [ApiKeyParameterInput!]"),
                argument(
                    "Where it may be used from, such as 10.0.0.0/8; absent: everywhere",
                    "ranges: [String!]"),
                argument("When it ends; absent: never", "expiresAt: DateTime"),
                argument("Class of limits; absent: that of its roles", "limits: String"),
                argument("Which documents it may send", "documents: ApiKeyDocuments! = ANY"),
                argument("Stands in its text, for people", "environment: String! = \"live\"")))
        .field(
            "Gives a key a new secret, which is told this once",
            "rotateApiKey",
            "ApiKeyPayload!",
            List.of(
                argument("Of the key", "id: ID!"),
                argument(
                    "How long the secret before it stays good, at most 30 days",
                    "overlap: Duration = \"PT24H\"")))
        .field(
            "Ends a key for good",
            "revokeApiKey",
            "ApiKeyPayload!",
            List.of(argument("Of the key", "id: ID!")));
  }

  /// A type without fields would be none, so there is none without collections.
  private static String subscriptions(Map<String, ApiCollection> byField) {
    if (byField.values().stream().noneMatch(CollectionSdl::hasSubscriptions)) {
      return "";
    }
    SdlWriter sdl =
        new SdlWriter().describe("Everything that can be followed").open("type Subscription");
    for (ApiCollection collection : byField.values()) {
      CollectionSdl.writeSubscriptions(collection, sdl);
    }
    return sdl.close().toString();
  }

  private static String resource(String name) {
    try (InputStream resource = ApiSchema.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
