package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Filter.Op;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a collection's filter.
///
/// A member that is null is refused, never skipped: a form that sends `{eq: null}` would otherwise
/// ask for every row.
public final class FilterInput {
  private static final int MAX_DEPTH = 32;

  private final ApiCollection collection;
  private final String type;
  private final @Nullable Instant now;

  /// Of filters that may not ask for cohorts.
  public FilterInput(ApiCollection collection) {
    this(collection, null);
  }

  /// @param now the instant that the ranges of cohorts go by; null: no cohorts
  public FilterInput(ApiCollection collection, @Nullable Instant now) {
    this.collection = collection;
    this.type = collection.typeName() + "Filter";
    this.now = now;
  }

  /// The filter in a member of `parent` that is there.
  public Filter read(InputObject parent, String member) {
    return read(parent.object(member, type), 1);
  }

  /// A value of a column, in a member of `parent`, as events bring it.
  public static Object literal(ApiColumn column, InputObject parent, String member) {
    return Literals.of(column).read(parent, member);
  }

  /// The filter on one column, in a member of `parent` that has the column's name.
  public Filter readColumn(InputObject parent, String member) {
    requireValue(parent, member);
    return column(parent, member);
  }

  private Filter read(InputObject where, int depth) {
    if (depth > MAX_DEPTH) {
      throw where.error(
          ErrorCode.DOCUMENT_TOO_COMPLEX, "not", "filters nest at most " + MAX_DEPTH + " deep");
    }
    List<Filter> all = new ArrayList<>();
    for (String member : where.names()) {
      requireValue(where, member);
      all.add(
          switch (member) {
            case "and" -> new Filter.And(each(where, member, depth));
            case "or" -> new Filter.Or(each(where, member, depth));
            case "not" -> new Filter.Not(read(where.object(member, type), depth + 1));
            default ->
                member.equals(collection.cohortField())
                    ? cohort(where, member)
                    : column(where, member);
          });
    }
    return all(all);
  }

  private List<Filter> each(InputObject where, String member, int depth) {
    List<Filter> filters = new ArrayList<>();
    for (InputObject element : where.objects(member, type)) {
      filters.add(read(element, depth + 1));
    }
    return filters;
  }

  private static Filter all(List<Filter> filters) {
    return filters.size() == 1 ? filters.getFirst() : new Filter.And(List.copyOf(filters));
  }

  private Filter cohort(InputObject where, String member) {
    ApiEntity entity = collection.entity();
    if (entity == null || now == null) {
      throw where.error(member, "goes in the where of aggregate, table or records, not in here");
    }
    CohortInput cohorts = new CohortInput(new EventsInput(entity, now));
    InputObject filter = where.object(member, entity.typeName() + "Filter");
    List<Filter> all = new ArrayList<>();
    for (String operator : filter.names()) {
      requireValue(filter, operator);
      Filter in = new Filter.InCohort(cohorts.read(filter, operator), null);
      all.add(operator.equals("in") ? in : new Filter.Not(in));
    }
    return all(all);
  }

  private static void requireValue(InputObject object, String member) {
    if (!object.has(member)) {
      throw object.error(
          member, "is null: leave it out, or ask for missing values with {isNull: true}");
    }
  }

  private Filter column(InputObject where, String member) {
    ApiColumn column = collection.byField(member);
    InputObject is = where.object(member, column.filterType());
    if (column.isList()) {
      return list(column, is);
    }
    if (column.spec().isHidden()) {
      return hidden(column, is);
    }
    return column.type() == ApiType.JSON
        ? json(column.name(), is)
        : value(column.name(), is, Literals.of(column));
  }

  /// Operators on a column of hashes or tokens: they ask for the value as it was sent, or for what
  /// an answer showed of it.
  private Filter hidden(ApiColumn column, InputObject is) {
    Literals literals = Literals.of(column);
    List<Filter> all = new ArrayList<>();
    for (String operator : is.names()) {
      requireValue(is, operator);
      all.add(
          switch (operator) {
            case "eq" -> any(column, List.of(literals.read(is, operator)));
            case "ne" -> new Filter.Not(any(column, List.of(literals.read(is, operator))));
            case "in" -> any(column, literals.readAll(is, operator));
            case "notIn" -> new Filter.Not(any(column, literals.readAll(is, operator)));
            case "isNull" -> yesOrNo(is, operator, new Filter.IsNull(column.name()));
            default ->
                throw new IllegalArgumentException(column.filterType() + " has no " + operator);
          });
    }
    return all(all);
  }

  private Filter any(ApiColumn column, List<Object> values) {
    Set<Object> forms = new LinkedHashSet<>();
    for (Object value : values) {
      forms.add(collection.stored(column, value));
      forms.add(value);
    }
    return new Filter.In(column.name(), List.copyOf(forms), false);
  }

  private Filter has(ApiColumn column, Object value) {
    return column.spec().isHidden()
        ? any(column, List.of(value))
        : new Filter.Compare(column.name(), Op.EQ, value, false);
  }

  private Filter hasAny(ApiColumn column, List<Object> values) {
    return column.spec().isHidden()
        ? any(column, values)
        : new Filter.In(column.name(), values, false);
  }

  private Filter hasAll(ApiColumn column, List<Object> values) {
    return column.spec().isHidden()
        ? new Filter.And(values.stream().map(value -> any(column, List.of(value))).toList())
        : new Filter.HasAll(column.name(), values);
  }

  /// All operators of a filter on one value.
  private static Filter value(String column, InputObject is, Literals literals) {
    boolean ignoreCase = is.flag("ignoreCase");
    List<Filter> all = new ArrayList<>();
    for (String operator : is.names()) {
      requireValue(is, operator);
      if (!operator.equals("ignoreCase")) {
        all.add(operator(column, is, operator, ignoreCase, literals));
      }
    }
    return all(all);
  }

  private static Filter operator(
      String column, InputObject is, String operator, boolean ignoreCase, Literals literals) {
    return switch (operator) {
      case "eq", "ne", "gt", "gte", "lt", "lte" ->
          new Filter.Compare(column, op(operator), literals.read(is, operator), ignoreCase);
      case "in" -> new Filter.In(column, literals.readAll(is, operator), ignoreCase);
      case "notIn" ->
          new Filter.Not(new Filter.In(column, literals.readAll(is, operator), ignoreCase));
      case "startsWith" -> match(column, Filter.MatchKind.STARTS_WITH, is, operator, ignoreCase);
      case "endsWith" -> match(column, Filter.MatchKind.ENDS_WITH, is, operator, ignoreCase);
      case "contains" -> match(column, Filter.MatchKind.CONTAINS, is, operator, ignoreCase);
      case "like" -> match(column, Filter.MatchKind.LIKE, is, operator, ignoreCase);
      case "matches" -> match(column, Filter.MatchKind.REGEX, is, operator, ignoreCase);
      case "isNull" -> yesOrNo(is, operator, new Filter.IsNull(column));
      default -> throw new IllegalArgumentException("no operator " + operator + " in " + is);
    };
  }

  static Op op(String operator) {
    return switch (operator) {
      case "eq" -> Op.EQ;
      case "ne" -> Op.NE;
      case "gt" -> Op.GT;
      case "gte" -> Op.GTE;
      case "lt" -> Op.LT;
      case "lte" -> Op.LTE;
      default -> throw new IllegalArgumentException("no comparison: " + operator);
    };
  }

  private static Filter match(
      String column, Filter.MatchKind kind, InputObject is, String operator, boolean ignoreCase) {
    return new Filter.Match(column, kind, is.text(operator), ignoreCase);
  }

  /// A predicate that is never null, asked for or asked against.
  private static Filter yesOrNo(InputObject is, String operator, Filter filter) {
    return is.flag(operator) ? filter : new Filter.Not(filter);
  }

  private Filter list(ApiColumn column, InputObject is) {
    String name = column.name();
    Literals literals = Literals.of(column);
    List<Filter> all = new ArrayList<>();
    for (String operator : is.names()) {
      requireValue(is, operator);
      all.add(
          switch (operator) {
            case "has" -> has(column, literals.read(is, operator));
            case "hasAny" -> hasAny(column, literals.readAll(is, operator));
            case "hasAll" -> hasAll(column, literals.readAll(is, operator));
            case "any" -> {
              InputObject element = is.object(operator, column.type().filter());
              yield new Filter.AnyElement(
                  name,
                  column.spec().isHidden()
                      ? hidden(column, element)
                      : value(name, element, literals));
            }
            case "length" ->
                new Filter.ListLength(
                    name, value(name, is.object(operator, "LongFilter"), Literals.PLAIN));
            case "isEmpty" -> yesOrNo(is, operator, new Filter.ListEmpty(name));
            case "isNull" -> yesOrNo(is, operator, new Filter.IsNull(name));
            default ->
                throw new IllegalArgumentException(column.filterType() + " has no " + operator);
          });
    }
    return all(all);
  }

  private static Filter json(String column, InputObject is) {
    String kind = is.only();
    return switch (kind) {
      case "exists" -> new Filter.JsonPath(column, pointer(is, kind), Filter.JsonAs.EXISTS, null);
      case "isNull" -> yesOrNo(is, kind, new Filter.IsNull(column));
      case "string" -> {
        InputObject at = is.object(kind, "JsonStringFilter");
        Filter value = value(column, at.object("is", "StringFilter"), Literals.PLAIN);
        yield new Filter.JsonPath(column, pointer(at, "path"), Filter.JsonAs.STRING, value);
      }
      case "number" -> {
        InputObject at = is.object(kind, "JsonNumberFilter");
        Filter value = value(column, at.object("is", "FloatFilter"), Literals.PLAIN);
        yield new Filter.JsonPath(column, pointer(at, "path"), Filter.JsonAs.NUMBER, value);
      }
      default -> throw new IllegalArgumentException("JsonFilter has no " + kind);
    };
  }

  private static String pointer(InputObject at, String member) {
    String path = at.text(member);
    if (!path.isEmpty() && path.charAt(0) != '/') {
      throw at.error(member, "expected a JSON Pointer such as /device/model, found '" + path + "'");
    }
    return path;
  }
}
