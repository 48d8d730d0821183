package io.tyto.graphqlschema;

import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.ParseAndValidate;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecuteOperationParameters;
import graphql.language.OperationDefinition;
import graphql.parser.ParserOptions;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.TypeRuntimeWiring;
import graphql.validation.QueryComplexityLimits;
import io.tyto.graphqlschema.bulk.BulkAnswer;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.bulk.BulkOffers;
import io.tyto.graphqlschema.bulk.BulkQuestion;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.panel.BulkPanels;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.graphqlschema.value.Longs;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.ViewService.ViewCollection;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The GraphQL API of one version of the catalog: its schema and its execution.
///
/// *Thread-safety*: immutable, shared by all requests. *Lifetime*: until the catalog changes; then
/// {@link #build} a new one (off the event loop: 100 collections take seconds) and swap it in.
public final class GraphQlApi {
  /// Name of the extension that stays the same as long as an operation has the same answer. Only
  /// operations have it whose answer depends on nothing but what they ask and what is stored.
  public static final String SNAPSHOT = "snapshot";

  /// Spaces, commas and comments of a document.
  private static final int MAX_WHITESPACE_TOKENS = 20_000;

  /// How deep the parser may call itself; a filter in a filter takes six.
  private static final int MAX_RULE_DEPTH = 200;

  /// Types of what mutations answer.
  private static final List<String> PAYLOADS =
      List.of(
          "EntitySavedCohort",
          "ReplayPayload",
          "ReplayError",
          "MaterializedView",
          "ViewPayload",
          "SavedQuery",
          "SavedQueryPayload",
          "Dashboard",
          "DashboardPayload",
          "Panel",
          "DeletePayload",
          "IngestResult",
          "RejectedEvent",
          "ApiKey",
          "ApiKeyParameter",
          "ApiKeyPayload",
          "UserError");

  /// The request extension that makes all longs strings.
  private static final String LONGS = "longs";

  private static final String STRINGS = "STRING";

  private final ApiSchema schema;
  private final GraphQlServices services;
  private final Clock clock;
  private final GraphQlOptions options;
  private final GraphQL graphQl;
  private final ParserOptions parserOptions;
  private final QueryComplexityLimits complexity;
  private final IntrospectionCache introspections = new IntrospectionCache();
  private final PreparedOperations prepared;
  private final SavedQueries saved;

  private GraphQlApi(
      ApiSchema schema, GraphQlServices services, Clock clock, GraphQlOptions options) {
    this.schema = schema;
    this.services = services;
    this.clock = clock;
    this.options = options;
    this.prepared = new PreparedOperations(options.maxCachedDocuments());
    FieldErrors errors = new FieldErrors();
    GraphQLSchema executable = executable(schema, services, clock);
    this.graphQl =
        GraphQL.newGraphQL(executable)
            .queryExecutionStrategy(new FinishedObjects(errors))
            .subscriptionExecutionStrategy(new Subscribed())
            .defaultDataFetcherExceptionHandler(errors)
            .preparsedDocumentProvider(new DocumentCache(executable, options))
            .instrumentation(new CompileFirst(schema))
            .build();
    this.parserOptions =
        ParserOptions.getDefaultOperationParserOptions()
            .transform(parser ->
                parser
                    .maxTokens(options.maxTokens())
                    .maxCharacters(options.maxCharacters())
                    .maxWhitespaceTokens(MAX_WHITESPACE_TOKENS)
                    .maxRuleDepth(MAX_RULE_DEPTH));
    this.complexity =
        QueryComplexityLimits.newLimits()
            .maxDepth(options.maxDepth())
            .maxFieldsCount(options.maxFields())
            .build();
    this.saved = new SavedQueries(schema, executable, services.saved(), parserOptions, complexity);
  }

  /// Generates the schema of an API that only answers questions; CONFIG_INVALID where two names
  /// meet in it.
  ///
  /// @param clock what `last` and the presets call now
  public static GraphQlApi build(
      List<TableSchema> collections, QueryService queries, Clock clock, GraphQlOptions options) {
    return build(collections, GraphQlServices.of(queries), clock, options);
  }

  /// The same with all that the services have.
  public static GraphQlApi build(
      List<TableSchema> collections,
      GraphQlServices services,
      Clock clock,
      GraphQlOptions options) {
    return build(collections, services.views().viewCollections(), services, clock, options);
  }

  /// The same with some of the views.
  ///
  /// @param materialized views that can be asked
  public static GraphQlApi build(
      List<TableSchema> collections,
      List<ViewCollection> materialized,
      GraphQlServices services,
      Clock clock,
      GraphQlOptions options) {
    ApiSchema schema =
        ApiSchema.of(
            collections,
            materialized,
            services.queries()::stored,
            services.cohorts(),
            services.takesEvents(),
            services.keys() != null);
    return new GraphQlApi(schema, services, clock, options);
  }

  private static GraphQLSchema executable(ApiSchema schema, GraphQlServices services, Clock clock) {
    DataFetcher<Object> panel =
        environment ->
            Operation.in(environment.getGraphQlContext())
                .answer(environment.getExecutionStepInfo().getPath().getKeysOnly());
    RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring();
    ApiSchema.scalars().forEach(wiring::scalar);
    TypeRuntimeWiring.Builder root = TypeRuntimeWiring.newTypeWiring("Query");
    root.dataFetcher("collections", panel);
    root.dataFetcher("deadLetters", panel);
    root.dataFetcher("deadLetterReasons", panel);
    root.dataFetcher("views", panel);
    root.dataFetcher("savedQueries", panel);
    root.dataFetcher("dashboards", panel);
    root.dataFetcher("node", panel);
    // What a panel answers is finished, see FinishedObjects: nobody asks what type it is of.
    wiring.type(
        "Node",
        builder ->
            builder.typeResolver(
                environment -> environment.getSchema().getObjectType("SavedQuery")));
    root.dataFetcher("rateLimit", panel);
    schema.keyed().keySet().forEach(name -> root.dataFetcher(name, panel));
    root.dataFetcher("schemaVersion", environment -> schema.version());
    for (ApiCollection collection : schema.byField().values()) {
      root.dataFetcher(collection.field(), environment -> collection);
      wiring.type(
          collection.typeName() + "Collection", builder -> builder.defaultDataFetcher(panel));
    }
    root.dataFetcher(ApiSchema.MATERIALIZED, environment -> schema);
    wiring.type(
        View.TYPE_PREFIX,
        builder ->
            builder.defaultDataFetcher(
                environment -> schema.materialized().get(environment.getField().getName())));
    for (ApiCollection view : schema.materialized().values()) {
      wiring.type(view.typeName() + "Collection", builder -> builder.defaultDataFetcher(panel));
    }
    for (ApiEntity entity : schema.entities().values()) {
      root.dataFetcher(entity.field(), environment -> entity);
      wiring.type(entity.typeName(), builder -> builder.defaultDataFetcher(panel));
    }
    IngestService ingest = services.ingest();
    if (ingest != null) {
      schema
          .events()
          .forEach((field, event) ->
              wiring.type(
                  "Mutation",
                  builder -> builder.dataFetcher(field, new IngestMutation(event, ingest))));
    }
    CallerKeys keys = services.keys();
    if (keys != null) {
      wireKeys(wiring, keys);
    }
    for (String payload : PAYLOADS) {
      wiring.type(payload, builder -> builder.defaultDataFetcher(Payload::member));
    }
    SavedMutations saving = new SavedMutations(services.saved(), services.audit());
    return new SchemaGenerator()
        .makeExecutableSchema(
            schema.definitions(),
            wiring
                .type(root)
                .type(
                    "Mutation",
                    builder ->
                        builder
                            .dataFetcher("saveQuery", saving::saveQuery)
                            .dataFetcher("deleteQuery", saving::deleteQuery)
                            .dataFetcher("saveDashboard", saving::saveDashboard)
                            .dataFetcher("deleteDashboard", saving::deleteDashboard))
                .type(
                    "Mutation",
                    builder ->
                        builder
                            .dataFetcher("replayDeadLetters", new ReplayFetcher(services.letters()))
                            .dataFetcher(
                                "saveCohort",
                                environment ->
                                    CohortMutations.save(environment, schema, services, clock))
                            .dataFetcher(
                                "dropCohort",
                                environment ->
                                    CohortMutations.drop(environment, schema, services, clock))
                            .dataFetcher(
                                "createView",
                                environment -> ViewMutations.create(environment, schema, services))
                            .dataFetcher(
                                "refreshView",
                                environment ->
                                    ViewMutations.refresh(environment, schema, services.views()))
                            .dataFetcher(
                                "dropView",
                                environment -> ViewMutations.drop(environment, schema, services))
                            .dataFetcher(
                                "cancelQuery", environment -> cancel(environment, services)))
                .build());
  }

  private static boolean cancel(DataFetchingEnvironment environment, GraphQlServices services) {
    String id = Objects.requireNonNull(environment.getArgument("id"), "id");
    Caller caller = Mutations.caller(environment);
    QueryService queries = services.queries();
    boolean isOthers =
        queries.running(caller).stream()
            .anyMatch(running -> running.isCalled(id) && !running.caller().equals(caller.id()));
    return isOthers
        ? services.audit().noted(caller, "query.cancel", id, () -> queries.cancel(id, caller))
        : queries.cancel(id, caller);
  }

  private static void wireKeys(RuntimeWiring.Builder wiring, CallerKeys keys) {
    wiring
        .type(
            "Query",
            builder ->
                builder.dataFetcher("apiKeys", environment -> KeyMutations.list(environment, keys)))
        .type(
            "Mutation",
            builder ->
                builder
                    .dataFetcher(
                        "createApiKey", environment -> KeyMutations.create(environment, keys))
                    .dataFetcher(
                        "rotateApiKey", environment -> KeyMutations.rotate(environment, keys))
                    .dataFetcher(
                        "revokeApiKey", environment -> KeyMutations.revoke(environment, keys)));
  }

  /// Has the whole request compiled before its first field is fetched.
  private static final class CompileFirst extends SimplePerformantInstrumentation {
    private final ApiSchema schema;

    CompileFirst(ApiSchema schema) {
      this.schema = schema;
    }

    @Override
    public InstrumentationContext<ExecutionResult> beginExecuteOperation(
        InstrumentationExecuteOperationParameters parameters, InstrumentationState state) {
      var context = parameters.getExecutionContext();
      GraphQlRequest request =
          Objects.requireNonNull(context.getGraphQLContext().get(GraphQlRequest.class), "request");
      Operation operation = Operation.in(context.getGraphQLContext());
      if (request.isReadOnly()
          && context.getOperationDefinition().getOperation()
              == OperationDefinition.Operation.MUTATION) {
        throw operation.notByThisMethod();
      }
      operation.start(context.getNormalizedQueryTree().get(), schema);
      return SimpleInstrumentationContext.noOp();
    }
  }

  /// The schema definition language of this API.
  public String sdl() {
    return schema.text();
  }

  /// Hash of {@link #sdl}: an ETag, and what `schemaVersion` answers.
  public String schemaVersion() {
    return schema.version();
  }

  /// The text of a saved document that is there for a caller of this schema; null where there is
  /// none.
  ///
  /// @param documentId `sha256:` and the hash of the text
  public @Nullable String savedDocument(String documentId, Caller caller) {
    return saved.document(documentId, caller);
  }

  /// Runs one operation to its end; blocks, best called on a virtual thread. Never throws for what
  /// a request may contain: every mistake is an error of the result, `extensions.code` being the
  /// name of an {@link io.tyto.model.error.ErrorCode}. Where the request was refused as a whole,
  /// {@link ExecutionResult#isDataPresent} is false.
  ///
  /// The result's data consists of Map, List, String, Boolean, Integer, Long, Double, null, and
  /// {@link StreamedValue}.
  ///
  /// A subscription is refused: {@link #begin} takes it.
  ///
  /// @param context limits of the whole operation; cancel it when the client leaves
  public ExecutionResult execute(GraphQlRequest request, QueryContext context) {
    return answer(begin(request, context));
  }

  /// The one answer of an operation; of a subscription, how to follow it.
  public static ExecutionResult answer(Begun begun) {
    return switch (begun) {
      case Begun.Answer(ExecutionResult result) -> result;
      case Begun.Stream(LiveStream stream) ->
          ExecutionResult.newExecutionResult()
              .errors(
                  stream.errors(
                      new TytoException(
                          ErrorCode.BAD_USER_INPUT,
                          "a subscription has more than one answer: connect by WebSocket with the"
                              + " subprotocol graphql-transport-ws, or send Accept:"
                              + " text/event-stream")))
              .build();
    };
  }

  /// Checks a question whose answer may be of any length.
  ///
  /// @param collection by the name of its config
  /// @param body JSON of the arguments: Map, List, String, Boolean, Number, null; BAD_USER_INPUT
  ///   where they are wrong, UNKNOWN_COLLECTION, NOT_FOUND where the collection does not offer it
  public BulkQuestion bulk(BulkKind kind, String collection, Map<String, @Nullable Object> body) {
    ApiCollection asked =
        schema.byField().values().stream()
            .filter(each -> each.name().equals(collection))
            .findFirst()
            .orElseThrow(() ->
                new TytoException(
                    ErrorCode.UNKNOWN_COLLECTION, "there is no collection " + collection));
    if (!kind.isOffered(asked.expose())) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "%s is not offered for the collection %s".formatted(kind.word(), collection));
    }
    GraphQLSchema types = graphQl.getGraphQLSchema();
    InputObject arguments = BulkArguments.of(types, asked, kind).read(types, body);
    return BulkPanels.of(kind, arguments, asked, clock.instant(), options.query());
  }

  /// All that {@link #bulk} takes.
  public BulkOffers bulkOffers() {
    JsonSchemas schemas = new JsonSchemas();
    List<BulkOffers.Offer> offers = new ArrayList<>();
    for (ApiCollection collection : schema.byField().values()) {
      for (BulkKind kind : BulkKind.values()) {
        if (kind.isOffered(collection.expose())) {
          Map<String, Object> body =
              schemas.body(BulkArguments.of(graphQl.getGraphQLSchema(), collection, kind));
          String title =
              Objects.requireNonNullElse(
                  collection.schema().config().description(), collection.name());
          offers.add(new BulkOffers.Offer(collection.name(), title, kind, body));
        }
      }
    }
    return new BulkOffers(offers, schemas.named());
  }

  /// The collections that this API shows, by the names of their configs.
  public List<String> collections() {
    return schema.byField().values().stream().map(ApiCollection::name).toList();
  }

  /// Asks it; blocks. Throws what a query throws.
  ///
  /// @param context limits of the whole answer, until its last row; cancel it when the client
  ///   leaves
  public BulkAnswer ask(BulkQuestion question, QueryContext context) {
    return question.ask(services.queries(), context);
  }

  /// What became of an operation.
  public sealed interface Begun {
    /// A query or mutation that was run to its end, or anything that was refused.
    record Answer(ExecutionResult result) implements Begun {}

    /// A subscription, checked and not yet followed.
    record Stream(LiveStream stream) implements Begun {}
  }

  /// Runs one operation as {@link #execute} does, or checks a subscription.
  public Begun begin(GraphQlRequest request, QueryContext context) {
    Object longs = request.extensions().get(LONGS);
    if (longs != null && !longs.equals(STRINGS)) {
      return new Begun.Answer(refusedLongs(longs, context));
    }
    return Longs.in(longs != null, () -> begun(request, context));
  }

  private static ExecutionResult refusedLongs(Object found, QueryContext context) {
    TytoException cause =
        new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "the request's extension longs is STRING or left out, found " + found);
    return ExecutionResult.newExecutionResult()
        .errors(List.of(ApiError.of(cause, null, null, context.queryId())))
        .build();
  }

  private Begun begun(GraphQlRequest request, QueryContext context) {
    Operation operation = new Operation(services, context, clock.instant(), options, saved);
    List<Operation.Place> known = prepared.get(request);
    Map<String, Object> data = known == null ? null : operation.answerPrepared(known);
    if (data != null) {
      return new Begun.Answer(
          finished(ExecutionResult.newExecutionResult().data(data).build(), operation));
    }
    ExecutionResult result = introspections.get(request);
    if (result == null) {
      result = graphQl.execute(input(request, operation));
      LiveStream stream = operation.stream();
      if (stream != null && result.getErrors().isEmpty()) {
        return new Begun.Stream(stream);
      }
      keep(request, operation, result);
    }
    return new Begun.Answer(finished(result, operation));
  }

  private ExecutionInput input(GraphQlRequest request, Operation operation) {
    return ExecutionInput.newExecutionInput(request.query())
        .operationName(request.operationName())
        .variables(request.variables())
        .extensions(request.extensions())
        .graphQLContext(
            Map.of(
                Operation.class, operation,
                GraphQlRequest.class, request,
                ParserOptions.class, parserOptions,
                ParseAndValidate.INTERNAL_VALIDATION_PREDICATE_HINT, DocumentRules.OTHERS,
                QueryComplexityLimits.KEY, complexity))
        .build();
  }

  /// Keeps what will be the same the next time.
  private void keep(GraphQlRequest request, Operation operation, ExecutionResult result) {
    if (!result.getErrors().isEmpty()) {
      return;
    }
    List<Operation.Place> places = operation.prepared();
    if (operation.isIntrospection()) {
      introspections.put(request, result);
    } else if (places != null) {
      prepared.keep(request, places);
    }
  }

  /// The result with errors as clients see them, and with what the whole operation cost.
  private ExecutionResult finished(ExecutionResult result, Operation operation) {
    List<GraphQLError> errors = new ArrayList<>();
    for (GraphQLError error : result.getErrors()) {
      errors.add(ApiError.of(error, operation.queryId()));
    }
    Map<String, Object> extensions = operation.extensions();
    extensions.put("schemaVersion", schema.version());
    String snapshot = errors.isEmpty() ? operation.snapshot() : null;
    if (snapshot != null) {
      extensions.put(SNAPSHOT, snapshot);
    }
    return result.transform(builder -> {
      builder.errors(errors);
      extensions.forEach(builder::addExtension);
    });
  }
}
