package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.schema.ApiCube;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.result.QueryMeta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The field `cubes`: the cubes of a collection, each walked as it is selected.
final class CubesPanel implements Panel {
  /// @param walk null: the name of the type
  private record Member(String key, @Nullable CubeWalk walk) {}

  private final String typeName;
  private final List<Member> members;

  private CubesPanel(String typeName, List<Member> members) {
    this.typeName = typeName;
    this.members = members;
  }

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    List<Member> members = new ArrayList<>();
    for (ExecutableNormalizedField child : field.getChildren()) {
      CubeWalk walk =
          child.getName().equals("__typename")
              ? null
              : CubeWalk.compile(child, cube(child, scope), scope);
      members.add(new Member(child.getResultKey(), walk));
    }
    return new CubesPanel(scope.collection().typeName() + "Cubes", members);
  }

  private static ApiCube cube(ExecutableNormalizedField field, Scope scope) {
    return scope.collection().cubes().stream()
        .filter(cube -> cube.field().equals(field.getName()))
        .findFirst()
        .orElseThrow(() -> Shapes.unknown(field));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    QueryMeta meta = null;
    for (Member member : members) {
      if (member.walk == null) {
        data.put(member.key, typeName);
      } else {
        try {
          Answer answer = member.walk.answer(queries, context);
          data.put(member.key, answer.data());
          meta = answer.meta();
        } catch (QueryGate.DryRun e) {
          data.put(member.key, null);
        }
      }
    }
    return new Answer(data, meta);
  }
}
