package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.language.AbstractDescribedNode;
import graphql.language.DirectiveDefinition;
import graphql.language.DirectivesContainer;
import graphql.language.EnumTypeDefinition;
import graphql.language.FieldDefinition;
import graphql.language.InputObjectTypeDefinition;
import graphql.language.InterfaceTypeDefinition;
import graphql.language.NamedNode;
import graphql.language.ObjectTypeDefinition;
import graphql.language.StringValue;
import graphql.schema.idl.ScalarInfo;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What the schema tells its reader beside names and types.
class DescribedSchemaTest {
  private final List<String> members = new ArrayList<>();
  private final List<String> silent = new ArrayList<>();

  private static TypeDefinitionRegistry schema(TableSchema... collections) {
    return new SchemaParser()
        .parse(
            GraphQlApi.build(
                    List.of(collections),
                    new FakeQueries(),
                    Clock.systemUTC(),
                    GraphQlOptions.DEFAULT)
                .sdl());
  }

  @Test
  void everythingHasADescription() {
    TypeDefinitionRegistry schema =
        schema(Collections.recharge(), Collections.everything(), Collections.gameLogin());
    schema.scalars().values().stream()
        .filter(scalar -> !ScalarInfo.isGraphqlSpecifiedScalar(scalar.getName()))
        .forEach(scalar -> check("", scalar));
    for (DirectiveDefinition directive : schema.getDirectiveDefinitions().values()) {
      check("@", directive);
      directive.getInputValueDefinitions().forEach(of -> check("@" + directive.getName(), of));
    }
    schema
        .types()
        .values()
        .forEach(type -> {
          check("", (AbstractDescribedNode<?>) type);
          String name = type.getName() + ".";
          switch (type) {
            case ObjectTypeDefinition object ->
                object.getFieldDefinitions().forEach(f -> field(name, f));
            case InterfaceTypeDefinition of ->
                of.getFieldDefinitions().forEach(f -> field(name, f));
            case InputObjectTypeDefinition input ->
                input.getInputValueDefinitions().forEach(member -> check(name, member));
            case EnumTypeDefinition of ->
                of.getEnumValueDefinitions().forEach(value -> check(name, value));
            default -> throw new AssertionError(type.getClass() + " is walked by nobody");
          }
        });
    assertTrue(members.size() > 1_000, members.size() + " members");
    assertEquals(List.of(), silent);
  }

  private void field(String type, FieldDefinition field) {
    check(type, field);
    field
        .getInputValueDefinitions()
        .forEach(argument -> check(type + field.getName() + ".", argument));
  }

  private <T extends AbstractDescribedNode<?>> void check(String holder, T member) {
    String name = holder + ((NamedNode<?>) member).getName();
    members.add(name);
    if (member.getDescription() == null || member.getDescription().getContent().isBlank()) {
      silent.add(name);
    }
  }

  /// Coordinates of members that a directive stands at.
  private static Set<String> tagged(TypeDefinitionRegistry schema, String directive) {
    Set<String> tagged = new TreeSet<>();
    schema
        .types()
        .values()
        .forEach(type -> {
          List<? extends DirectivesContainer<?>> members =
              switch (type) {
                case ObjectTypeDefinition object -> object.getFieldDefinitions();
                case InputObjectTypeDefinition input -> input.getInputValueDefinitions();
                case EnumTypeDefinition of -> of.getEnumValueDefinitions();
                default -> List.of();
              };
          for (DirectivesContainer<?> member : members) {
            for (var found : member.getDirectives(directive)) {
              StringBuilder shown =
                  new StringBuilder(type.getName() + "." + ((NamedNode<?>) member).getName());
              found
                  .getArguments()
                  .forEach(argument ->
                      shown
                          .append(' ')
                          .append(
                              argument.getValue() instanceof StringValue text
                                  ? text.getValue()
                                  : argument.getValue()
                                          instanceof graphql.language.EnumValue constant
                                      ? constant.getName()
                                      : argument.getName()));
              tagged.add(shown.toString());
            }
          }
        });
    return tagged;
  }

  @Test
  void whatIsOnItsWayOutSaysSoWhereverItIsNamed() {
    assertEquals(
        Set.of(
            "EveryThing.old use a_string",
            "EveryThingDimension.OLD use a_string",
            "EveryThingFilter.old use a_string",
            "EveryThingKey.old use a_string",
            "EveryThingKeyOrder.old use a_string",
            "EveryThingMeasure.old use a_string",
            "EveryThingMeasures.old use a_string",
            "EveryThingRecordOrder.old use a_string"),
        tagged(schema(Collections.everything()), "deprecated"));
  }

  @Test
  void privateColumnsSayWhatIsDoneToThem() {
    TableSchema table = Collections.recharge();
    List<ColumnSpec> columns =
        table.columns().stream()
            .map(column ->
                switch (column.name()) {
                  case "user_id" -> with(column, Privacy.Policy.HASH);
                  case "item_id" -> with(column, Privacy.Policy.MASK);
                  default -> column;
                })
            .toList();
    EventConfig config = table.config().withColumns(columns);
    Set<String> tagged =
        tagged(schema(new TableSchema(1, 1, 1, table.name(), 1, columns, config)), "pii");
    assertTrue(
        tagged.containsAll(
            Set.of(
                "Recharge.userId user HASH",
                "RechargeDimension.USER_ID user HASH",
                "RechargeFilter.userId user HASH",
                "RechargeKey.userId user HASH",
                "RechargeMeasures.userId user HASH",
                "Recharge.itemId item_id MASK")),
        tagged.toString());
    assertTrue(
        tagged.stream().allMatch(each -> each.matches(".*(serId|USER_ID|temId|ITEM_ID) .*")),
        tagged.toString());
  }

  private static ColumnSpec with(ColumnSpec column, Privacy.Policy policy) {
    return new ColumnSpec(
        column.id(),
        column.name(),
        column.apiName(),
        column.type(),
        column.role(),
        column.description(),
        column.deprecated(),
        column.unit(),
        column.derive(),
        column.annotations(),
        new Privacy(policy, 4),
        column.aliases(),
        column.enriched(),
        column.discovery());
  }

  @Test
  void listsSayWhatBoundsThemAndCubesThatTheyAreCheap() {
    TypeDefinitionRegistry schema = schema(Collections.recharge());
    Set<String> lists = tagged(schema, "listSize");
    assertTrue(
        lists.containsAll(
            Set.of(
                "RechargeCollection.aggregate slicingArguments sizedFields",
                "RechargeCollection.records slicingArguments sizedFields requireOneSlicingArgument",
                "RechargeCollection.values slicingArguments",
                "KeyAgg.top slicingArguments")),
        lists.toString());
    assertTrue(tagged(schema, "cost").contains("RechargeCubes.byCountryPlatform 0.1"));
  }
}
