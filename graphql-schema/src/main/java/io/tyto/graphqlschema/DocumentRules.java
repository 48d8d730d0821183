package io.tyto.graphqlschema;

import graphql.GraphQLError;
import graphql.introspection.Introspection;
import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.Directive;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.Node;
import graphql.language.NonNullType;
import graphql.language.NullValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.TypeName;
import graphql.language.Value;
import graphql.language.VariableDefinition;
import graphql.language.VariableReference;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import graphql.validation.OperationValidationRule;
import graphql.validation.ValidationError;
import graphql.validation.ValidationErrorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rules of the specification that graphql-java 26 leaves open, or fails over: the one key of a
/// `@oneOf` object is not null, nor a variable that may be; a subscription selects one field, and
/// no directive decides whether.
///
/// *Lifetime*: one document, which must be valid otherwise.
final class DocumentRules {
  /// The rules that graphql-java checks. Its own one about subscriptions throws where a directive
  /// hangs on a variable, or leaves nothing.
  static final Predicate<OperationValidationRule> OTHERS =
      rule -> rule != OperationValidationRule.SUBSCRIPTION_UNIQUE_ROOT_FIELD;

  private final GraphQLSchema schema;
  private final Map<String, FragmentDefinition> fragments = new HashMap<>();
  private final List<GraphQLError> errors = new ArrayList<>();

  /// Of the operation that is looked at: variables that may be null, and fragments that were seen.
  private final Set<String> nullable = new HashSet<>();

  private final Set<String> seen = new HashSet<>();

  private DocumentRules(GraphQLSchema schema, Document document) {
    this.schema = schema;
    for (FragmentDefinition fragment : document.getDefinitionsOfType(FragmentDefinition.class)) {
      fragments.put(fragment.getName(), fragment);
    }
  }

  /// The mistakes of a document in which graphql-java found none.
  static List<GraphQLError> broken(GraphQLSchema schema, Document document) {
    DocumentRules rules = new DocumentRules(schema, document);
    for (OperationDefinition operation : document.getDefinitionsOfType(OperationDefinition.class)) {
      rules.check(operation);
    }
    return rules.errors;
  }

  private void check(OperationDefinition operation) {
    nullable.clear();
    seen.clear();
    for (VariableDefinition variable : operation.getVariableDefinitions()) {
      if (!(variable.getType() instanceof NonNullType)) {
        nullable.add(variable.getName());
      }
      Value<?> value = variable.getDefaultValue();
      if (value != null) {
        value(value, type(variable.getType()));
      }
    }
    GraphQLFieldsContainer root =
        switch (operation.getOperation()) {
          case QUERY -> schema.getQueryType();
          case MUTATION -> schema.getMutationType();
          case SUBSCRIPTION -> schema.getSubscriptionType();
        };
    if (operation.getOperation() == OperationDefinition.Operation.SUBSCRIPTION) {
      Set<String> names = new TreeSet<>();
      roots(operation.getSelectionSet(), names);
      if (names.size() > 1) {
        add(operation, "a subscription selects one field, this one " + names);
      }
      seen.clear();
    }
    fields(operation.getSelectionSet(), Objects.requireNonNull(root, "type of the operation"));
  }

  /// Only its named type matters: lists are looked through, and nulls of other types are checked.
  private @Nullable GraphQLType type(graphql.language.Type<?> type) {
    return switch (type) {
      case NonNullType some -> type(some.getType());
      case graphql.language.ListType list -> type(list.getType());
      case TypeName name -> schema.getType(name.getName());
      default -> null;
    };
  }

  /// @param names gets what the answer's members would be
  private void roots(SelectionSet selections, Set<String> names) {
    for (Selection<?> selection : selections.getSelections()) {
      switch (selection) {
        case Field field -> {
          names.add(field.getResultKey());
          fixed(field, field.getDirectives());
          if (field.getName().startsWith("__")) {
            add(field, "a subscription cannot be of " + field.getName());
          }
        }
        case InlineFragment inline -> {
          fixed(inline, inline.getDirectives());
          roots(inline.getSelectionSet(), names);
        }
        case FragmentSpread spread -> {
          fixed(spread, spread.getDirectives());
          FragmentDefinition fragment = fragments.get(spread.getName());
          if (fragment != null && seen.add(spread.getName())) {
            roots(fragment.getSelectionSet(), names);
          }
        }
        default -> throw new IllegalStateException("no selection: " + selection);
      }
    }
  }

  private void fixed(Node<?> node, List<Directive> directives) {
    for (Directive directive : directives) {
      if (directive.getName().equals("skip") || directive.getName().equals("include")) {
        add(node, "the field of a subscription takes no @" + directive.getName());
      }
    }
  }

  private void fields(@Nullable SelectionSet selections, GraphQLFieldsContainer parent) {
    if (selections == null) {
      return;
    }
    for (Selection<?> selection : selections.getSelections()) {
      switch (selection) {
        case Field field -> field(field, parent);
        case InlineFragment inline ->
            fields(inline.getSelectionSet(), container(inline.getTypeCondition(), parent));
        case FragmentSpread spread -> {
          FragmentDefinition fragment = fragments.get(spread.getName());
          if (fragment != null && seen.add(spread.getName())) {
            fields(fragment.getSelectionSet(), container(fragment.getTypeCondition(), parent));
          }
        }
        default -> throw new IllegalStateException("no selection: " + selection);
      }
    }
  }

  private GraphQLFieldsContainer container(
      @Nullable TypeName condition, GraphQLFieldsContainer parent) {
    return condition != null
            && schema.getType(condition.getName()) instanceof GraphQLFieldsContainer other
        ? other
        : parent;
  }

  private void field(Field field, GraphQLFieldsContainer parent) {
    GraphQLFieldDefinition definition =
        Introspection.getFieldDefinition(schema, parent, field.getName());
    for (Argument argument : field.getArguments()) {
      GraphQLArgument declared = definition.getArgument(argument.getName());
      if (declared != null) {
        value(argument.getValue(), declared.getType());
      }
    }
    if (GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLFieldsContainer below) {
      fields(field.getSelectionSet(), below);
    }
  }

  private void value(Value<?> value, @Nullable GraphQLType declared) {
    GraphQLType type = declared == null ? null : GraphQLTypeUtil.unwrapNonNull(declared);
    switch (value) {
      case ArrayValue list -> {
        GraphQLType element = type instanceof GraphQLList of ? of.getWrappedType() : type;
        list.getValues().forEach(one -> value(one, element));
      }
      case ObjectValue object -> {
        if (type != null
            && GraphQLTypeUtil.unwrapAll(type) instanceof GraphQLInputObjectType input) {
          object.getObjectFields().forEach(member -> member(member, input));
        }
      }
      default -> {
        // Scalars, enums and variables have no members.
      }
    }
  }

  private void member(ObjectField member, GraphQLInputObjectType input) {
    String coordinate = input.getName() + "." + member.getName();
    if (input.isOneOf()) {
      if (member.getValue() instanceof NullValue) {
        add(member, coordinate + " is null, and must not be: it is the one member that is given");
      } else if (member.getValue() instanceof VariableReference reference
          && nullable.contains(reference.getName())) {
        add(
            member,
            "%s gets $%s, which may be null: declare it with `!`"
                .formatted(coordinate, reference.getName()));
      }
    }
    GraphQLInputObjectField declared = input.getFieldDefinition(member.getName());
    if (declared != null) {
      value(member.getValue(), declared.getType());
    }
  }

  private void add(Node<?> node, String message) {
    ValidationError.Builder error =
        ValidationError.newValidationError()
            .validationErrorType(ValidationErrorType.WrongType)
            .description("Validation error: " + message);
    if (node.getSourceLocation() != null) {
      error.sourceLocation(node.getSourceLocation());
    }
    errors.add(error.build());
  }
}
