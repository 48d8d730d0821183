package io.tyto.graphqlschema.schema;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.NullValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Any JSON value: maps, lists, strings, numbers, bools. Passes as it is; literals become what
/// variables would.
final class JsonScalar implements Coercing<Object, Object> {

  @Override
  public Object serialize(Object value, GraphQLContext context, Locale locale) {
    return value;
  }

  @Override
  public Object parseValue(Object raw, GraphQLContext context, Locale locale) {
    return raw;
  }

  @Override
  public @Nullable Object parseLiteral(
      Value<?> literal, CoercedVariables variables, GraphQLContext context, Locale locale) {
    return switch (literal) {
      case NullValue _ -> null;
      case StringValue text -> text.getValue();
      case BooleanValue bool -> bool.isValue();
      case IntValue number -> number.getValue();
      case FloatValue number -> number.getValue();
      case VariableReference variable -> variables.get(variable.getName());
      case ArrayValue array -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (Value<?> element : array.getValues()) {
          list.add(parseLiteral(element, variables, context, locale));
        }
        yield list;
      }
      case ObjectValue object -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (ObjectField member : object.getObjectFields()) {
          map.put(member.getName(), parseLiteral(member.getValue(), variables, context, locale));
        }
        yield map;
      }
      default ->
          throw CoercingParseLiteralException.newCoercingParseLiteralException()
              .message("JSON expects a value of JSON, found " + literal.getClass().getSimpleName())
              .build();
    };
  }
}
