package io.tyto.graphqlschema;

import graphql.GraphQLContext;
import graphql.GraphQLError;
import graphql.GraphQLException;
import graphql.execution.CoercedVariables;
import graphql.execution.RawVariables;
import graphql.execution.TypeFromAST;
import graphql.execution.ValuesResolver;
import graphql.language.Argument;
import graphql.language.OperationDefinition;
import graphql.language.VariableDefinition;
import graphql.language.VariableReference;
import graphql.parser.Parser;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLSchema;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a JSON body as GraphQL reads the variables of an operation whose only field takes them as
/// arguments: the same types, enums, defaults and messages. Thread-safe: immutable.
///
/// @param declared by name, in order
record BulkArguments(
    String coordinate, List<VariableDefinition> declared, List<GraphQLArgument> arguments) {

  static BulkArguments of(GraphQLSchema schema, ApiCollection collection, BulkKind kind) {
    List<String> texts = kind.arguments(collection.typeName(), collection.time().field());
    OperationDefinition operation =
        Parser.parse("query(" + String.join(" ", texts) + ") { __typename }")
            .getFirstDefinitionOfType(OperationDefinition.class)
            .orElseThrow();
    List<GraphQLArgument> arguments = new ArrayList<>();
    for (VariableDefinition variable : operation.getVariableDefinitions()) {
      GraphQLInputType type =
          (GraphQLInputType)
              Objects.requireNonNull(
                  TypeFromAST.getTypeFromAST(schema, variable.getType()), variable.getName());
      arguments.add(GraphQLArgument.newArgument().name(variable.getName()).type(type).build());
    }
    return new BulkArguments(
        collection.typeName() + "Collection." + kind.word(),
        operation.getVariableDefinitions(),
        List.copyOf(arguments));
  }

  /// BAD_USER_INPUT that says what is wrong where.
  // graphql-java says that variables are no nulls, and takes those that are.
  @SuppressWarnings("NullAway")
  InputObject read(GraphQLSchema schema, Map<String, @Nullable Object> body) {
    List<String> names = declared.stream().map(VariableDefinition::getName).toList();
    for (String name : body.keySet()) {
      if (!names.contains(name)) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "%s has no argument %s; there are %s"
                .formatted(coordinate, name, String.join(", ", names)),
            coordinate,
            null);
      }
    }
    GraphQLContext context = GraphQLContext.getDefault();
    try {
      CoercedVariables coerced =
          ValuesResolver.coerceVariableValues(
              schema, declared, RawVariables.of(body), context, Locale.ROOT);
      List<Argument> given = new ArrayList<>();
      for (VariableDefinition variable : declared) {
        if (coerced.containsKey(variable.getName())) {
          given.add(new Argument(variable.getName(), new VariableReference(variable.getName())));
        }
      }
      Map<String, @Nullable Object> values =
          new HashMap<>(
              ValuesResolver.getArgumentValues(
                  schema.getCodeRegistry(), arguments, given, coerced, context, Locale.ROOT));
      return InputObject.of(coordinate, values);
    } catch (GraphQLException e) {
      if (!(e instanceof GraphQLError error)) {
        throw e;
      }
      throw new TytoException(ErrorCode.BAD_USER_INPUT, ApiError.message(error), coordinate, e);
    }
  }
}
