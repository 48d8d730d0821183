package io.tyto.graphqlschema;

import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.EnumValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.language.VariableDefinition;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes input types of GraphQL as JSON Schemas (2020-12), each named type once. Not thread-safe.
final class JsonSchemas {
  private static final String REFERENCE = "#/components/schemas/";

  private final Map<String, Object> named = new TreeMap<>();

  /// The named types that were met, by name.
  Map<String, Object> named() {
    return named;
  }

  /// The object that has these arguments as members.
  Map<String, Object> body(BulkArguments arguments) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (int i = 0; i < arguments.arguments().size(); i++) {
      GraphQLArgument argument = arguments.arguments().get(i);
      VariableDefinition declared = arguments.declared().get(i);
      add(
          properties,
          required,
          argument.getName(),
          argument.getType(),
          declared.getDefaultValue(),
          null);
    }
    return object(properties, required);
  }

  private void add(
      Map<String, Object> properties,
      List<String> required,
      String name,
      GraphQLType type,
      @Nullable Value<?> otherwise,
      @Nullable String description) {
    Map<String, Object> schema = schema(type);
    if (description != null || otherwise != null) {
      schema = new LinkedHashMap<>(schema);
    }
    if (description != null) {
      schema.put("description", description);
    }
    Object value = otherwise == null ? null : json(otherwise);
    if (value != null) {
      schema.put("default", value);
    } else if (GraphQLTypeUtil.isNonNull(type)) {
      required.add(name);
    }
    properties.put(name, schema);
  }

  private static Map<String, Object> object(Map<String, Object> properties, List<String> required) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("type", "object");
    object.put("properties", properties);
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("additionalProperties", false);
    return object;
  }

  private Map<String, Object> schema(GraphQLType type) {
    return switch (type) {
      case GraphQLNonNull present -> schema(present.getWrappedType());
      case GraphQLList list -> Map.of("type", "array", "items", schema(list.getWrappedType()));
      case GraphQLEnumType constants -> reference(constants.getName(), () -> enumOf(constants));
      case GraphQLInputObjectType input -> reference(input.getName(), () -> input(input));
      case GraphQLScalarType scalar -> scalar(scalar.getName());
      default -> throw new IllegalArgumentException("no input: " + type);
    };
  }

  private interface Maker {
    Map<String, Object> make();
  }

  private Map<String, Object> reference(String name, Maker maker) {
    if (!named.containsKey(name)) {
      named.put(name, Map.of()); // types may hold themselves
      named.put(name, maker.make());
    }
    return Map.of("$ref", REFERENCE + name);
  }

  private static Map<String, Object> enumOf(GraphQLEnumType type) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "string");
    if (type.getDescription() != null) {
      schema.put("description", type.getDescription());
    }
    schema.put("enum", type.getValues().stream().map(value -> value.getName()).toList());
    return schema;
  }

  private Map<String, Object> input(GraphQLInputObjectType type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (GraphQLInputObjectField field : type.getFieldDefinitions()) {
      Value<?> otherwise =
          field.getInputFieldDefaultValue().getValue() instanceof Value<?> value ? value : null;
      add(
          properties,
          required,
          field.getName(),
          field.getType(),
          otherwise,
          field.getDescription());
    }
    Map<String, Object> schema = object(properties, required);
    if (type.getDescription() != null) {
      schema.put("description", type.getDescription());
    }
    if (type.isOneOf()) {
      schema.put("minProperties", 1);
      schema.put("maxProperties", 1);
    }
    return schema;
  }

  private static Map<String, Object> scalar(String name) {
    return switch (name) {
      case "Int" -> Map.of("type", "integer", "format", "int32");
      case "Float" -> Map.of("type", "number", "format", "double");
      case "Boolean" -> Map.of("type", "boolean");
      case "ID" -> Map.of("type", List.of("string", "integer"));
      case "Long" -> Map.of("type", List.of("integer", "string"), "format", "int64");
      case "Decimal" -> Map.of("type", List.of("string", "number"), "format", "decimal");
      case "DateTime" -> Map.of("type", "string", "format", "date-time");
      case "Date" -> Map.of("type", "string", "format", "date");
      case "Duration" -> Map.of("type", "string", "format", "duration");
      default -> Map.of("type", "string");
    };
  }

  private static @Nullable Object json(Value<?> value) {
    return switch (value) {
      case StringValue text -> text.getValue();
      case EnumValue constant -> constant.getName();
      case BooleanValue bool -> bool.isValue();
      case IntValue number -> number.getValue();
      case FloatValue number -> number.getValue();
      case ArrayValue list -> {
        List<@Nullable Object> elements = new ArrayList<>();
        list.getValues().forEach(element -> elements.add(json(element)));
        yield elements;
      }
      case ObjectValue object -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (ObjectField field : object.getObjectFields()) {
          members.put(field.getName(), json(field.getValue()));
        }
        yield members;
      }
      default -> null;
    };
  }
}
