package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The selected fields of one object, under the names that the request gives them.
///
/// @param <S> what the fields are read from
final class ObjectShape<S> implements Cell<S> {
  private record Member<S>(String name, Cell<S> cell) {}

  private final List<Member<S>> members;

  private ObjectShape(List<Member<S>> members) {
    this.members = members;
  }

  /// Compiles the selection below `object`; `__typename` needs no help.
  static <S> ObjectShape<S> of(
      ExecutableNormalizedField object, Function<ExecutableNormalizedField, Cell<S>> compile) {
    List<Member<S>> members = new ArrayList<>();
    for (ExecutableNormalizedField field : object.getChildren()) {
      members.add(new Member<>(field.getResultKey(), cell(field, compile)));
    }
    return new ObjectShape<>(members);
  }

  /// The same below a field whose type is an interface, for an object of one type.
  ///
  /// @param type whose members are selected
  static <S> ObjectShape<S> of(
      ExecutableNormalizedField object,
      String type,
      Function<ExecutableNormalizedField, Cell<S>> compile) {
    List<Member<S>> members = new ArrayList<>();
    for (ExecutableNormalizedField field : object.getChildren()) {
      if (field.getObjectTypeNames().contains(type)) {
        boolean isType = field.getName().equals("__typename");
        members.add(
            new Member<>(
                field.getResultKey(), isType ? (source, row) -> type : compile.apply(field)));
      }
    }
    return new ObjectShape<>(members);
  }

  private static <S> Cell<S> cell(
      ExecutableNormalizedField field, Function<ExecutableNormalizedField, Cell<S>> compile) {
    if (field.getName().equals("__typename")) {
      String type = field.getSingleObjectTypeName();
      return (source, row) -> type;
    }
    return compile.apply(field);
  }

  @Override
  public Map<String, @Nullable Object> read(S source, int row) {
    Map<String, @Nullable Object> object = LinkedHashMap.newLinkedHashMap(members.size());
    for (Member<S> member : members) {
      object.put(member.name(), member.cell().read(source, row));
    }
    return object;
  }

  /// The object where the source has no rows.
  Map<String, @Nullable Object> read(S source) {
    return read(source, 0);
  }

  /// One object a row.
  List<Map<String, @Nullable Object>> readAll(S source, int rows) {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      objects.add(read(source, row));
    }
    return objects;
  }

  /// One object an element.
  List<Map<String, @Nullable Object>> readEach(List<? extends S> elements) {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>(elements.size());
    for (S element : elements) {
      objects.add(read(element));
    }
    return objects;
  }
}
