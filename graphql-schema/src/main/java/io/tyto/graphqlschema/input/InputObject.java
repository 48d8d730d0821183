package io.tyto.graphqlschema.input;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A coerced input object, or the arguments of a field, with the schema coordinate that errors
/// name.
///
/// The casts in here are safe: graphql-java has coerced each member to the type that the schema
/// gives it. *Thread-safety*: immutable.
public final class InputObject {
  /// Elements of one list, such as the values of an `in`.
  static final int MAX_ELEMENTS = 10_000;

  private final String coordinate;
  private final Map<String, @Nullable Object> members;

  private InputObject(String coordinate, Map<String, @Nullable Object> members) {
    this.coordinate = coordinate;
    this.members = members;
  }

  /// @param coordinate of the input type (`RechargeFilter`) or the field
  ///   (`RechargeCollection.table`)
  public static InputObject of(String coordinate, Map<String, @Nullable Object> members) {
    return new InputObject(coordinate, members);
  }

  public Set<String> names() {
    return members.keySet();
  }

  Map<String, @Nullable Object> members() {
    return members;
  }

  /// The same object with one member less.
  InputObject without(String name) {
    Map<String, @Nullable Object> others = new LinkedHashMap<>(members);
    others.remove(name);
    return new InputObject(coordinate, others);
  }

  /// Whether the member is given and not null.
  public boolean has(String name) {
    return members.get(name) != null;
  }

  public @Nullable Object get(String name) {
    return members.get(name);
  }

  /// The value of a member that has one by its type or its default.
  public Object require(String name) {
    Object value = members.get(name);
    if (value == null) {
      throw error(name, "must not be null");
    }
    return value;
  }

  public String text(String name) {
    return (String) require(name);
  }

  public int integer(String name) {
    return (Integer) require(name);
  }

  /// True only where said.
  public boolean flag(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  @SuppressWarnings("unchecked")
  public InputObject object(String name, String type) {
    return new InputObject(type, (Map<String, @Nullable Object>) require(name));
  }

  @SuppressWarnings("unchecked")
  public List<InputObject> objects(String name, String type) {
    List<InputObject> objects = new ArrayList<>();
    for (Object element : elements(name)) {
      objects.add(new InputObject(type, (Map<String, @Nullable Object>) element));
    }
    return objects;
  }

  public <T> List<T> list(String name, Class<T> element) {
    return elements(name).stream().<T>map(element::cast).toList();
  }

  private List<?> elements(String name) {
    List<?> elements = (List<?>) require(name);
    if (elements.size() > MAX_ELEMENTS) {
      throw error(
          ErrorCode.LIMIT_TOO_LARGE,
          name,
          "%d elements, at most %d".formatted(elements.size(), MAX_ELEMENTS));
    }
    return elements;
  }

  /// The one member of a `@oneOf` input.
  public String only() {
    return members.keySet().iterator().next();
  }

  /// A mistake in this object.
  TytoException error(String message) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT, coordinate + ": " + message, coordinate, null);
  }

  /// A mistake in one member.
  public TytoException error(String name, String message) {
    return error(ErrorCode.BAD_USER_INPUT, name, message);
  }

  public TytoException error(ErrorCode code, String name, String message) {
    boolean isField = coordinate.indexOf('.') >= 0;
    String member = isField ? coordinate + "(" + name + ":)" : coordinate + "." + name;
    return new TytoException(code, member + ": " + message, member, null);
  }

  @Override
  public String toString() {
    return coordinate + members;
  }
}
