package io.tyto.engine.filter;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Makes the tests of one column from its filter leaves.
final class ValuePredicates {
  private final long seed;

  ValuePredicates(long seed) {
    this.seed = seed;
  }

  /// @param positive false: the set of values where the leaf is false
  ValuePredicate of(ColumnType type, Filter leaf, boolean positive) {
    return switch (leaf) {
      case Filter.IsNull _ -> positive ? new ValuePredicate.IsNull() : new ValuePredicate.NotNull();
      case Filter.HasAll all -> {
        List<ValuePredicate> tests = new ArrayList<>();
        for (Object value : all.values()) {
          tests.add(equal(type.element(), value, false, true));
        }
        yield new ListPredicates.HasAll(List.copyOf(tests), !positive);
      }
      case Filter.ListEmpty _ ->
          new ListPredicates.Length(new NumberPredicates.LongRange(0, 0, !positive));
      case Filter.ListLength length ->
          new ListPredicates.Length(tree(ColumnType.LONG, length.is(), positive));
      case Filter.AnyElement any ->
          new ListPredicates.Any(
              new Combined.All(
                  List.of(new ValuePredicate.NotNull(), tree(type.element(), any.is(), true))),
              !positive);
      case Filter.Compare _, Filter.In _, Filter.Match _, Filter.JsonPath _ ->
          type.isList()
              ? new ListPredicates.Any(scalar(type.element(), leaf, true), !positive)
              : scalar(type.element(), leaf, positive);
      case Filter.And _, Filter.Or _, Filter.Not _, Filter.InCohort _, Filter.Sampled _ ->
          throw new IllegalArgumentException("not a leaf: " + leaf);
    };
  }

  /// A tree of leaves over one value.
  private ValuePredicate tree(ColumnType.Scalar type, Filter filter, boolean positive) {
    return switch (filter) {
      case Filter.Not not -> tree(type, not.filter(), !positive);
      case Filter.And and -> combine(type, and.filters(), positive, positive);
      case Filter.Or or -> combine(type, or.filters(), positive, !positive);
      default -> of(type, filter, positive);
    };
  }

  private ValuePredicate combine(
      ColumnType.Scalar type, List<Filter> filters, boolean positive, boolean all) {
    List<ValuePredicate> tests = filters.stream().map(f -> tree(type, f, positive)).toList();
    return all ? new Combined.All(tests) : new Combined.Any(tests);
  }

  private ValuePredicate scalar(ColumnType.Scalar type, Filter leaf, boolean positive) {
    return switch (leaf) {
      case Filter.Compare compare -> compare(type, compare, positive);
      case Filter.In in -> in(type, in, positive);
      case Filter.Match match -> new BytesPredicate(matcher(match), !positive);
      case Filter.JsonPath json -> json(json, positive);
      default -> throw new IllegalArgumentException(leaf + " is not about a single value");
    };
  }

  private ValuePredicate json(Filter.JsonPath json, boolean positive) {
    Filter is = json.is();
    if (is == null || json.as() == Filter.JsonAs.EXISTS) {
      return new JsonPredicate(
          new JsonPathReader(json.path()),
          Filter.JsonAs.EXISTS,
          new NumberPredicates.LongRange(1, 1, !positive));
    }
    ColumnType.Scalar type =
        json.as() == Filter.JsonAs.STRING ? ColumnType.STRING : ColumnType.DOUBLE;
    return new JsonPredicate(new JsonPathReader(json.path()), json.as(), tree(type, is, positive));
  }

  private ValuePredicate compare(ColumnType.Scalar type, Filter.Compare compare, boolean positive) {
    Object value = compare.value();
    return switch (compare.op()) {
      case EQ -> equal(type, value, compare.ignoreCase(), positive);
      case NE -> equal(type, value, compare.ignoreCase(), !positive);
      case LT -> below(type, value, false, compare.ignoreCase(), positive);
      case LTE -> below(type, value, true, compare.ignoreCase(), positive);
      case GT -> below(type, value, true, compare.ignoreCase(), !positive);
      case GTE -> below(type, value, false, compare.ignoreCase(), !positive);
    };
  }

  private ValuePredicate equal(
      ColumnType.Scalar type, Object value, boolean ignoreCase, boolean positive) {
    return switch (type.physical()) {
      case LONG -> {
        Literals.Floor floor = Literals.floor(type, value);
        yield floor.isExact()
            ? Literals.range(floor.value(), floor.value(), !positive)
            : none(!positive);
      }
      case DOUBLE -> {
        double number = Literals.number(value);
        yield new NumberPredicates.DoubleRange(number, number, !positive);
      }
      case BYTES -> {
        byte[] bytes = Literals.exactBytes(type, value);
        yield bytes == null
            ? none(!positive)
            : new BytesPredicate(
                folded(new BytesMatchers.Equal(fold(bytes, ignoreCase)), ignoreCase), !positive);
      }
    };
  }

  /// Below the value, or at it if `inclusive`; negated: above.
  private static ValuePredicate below(
      ColumnType.Scalar type,
      Object value,
      boolean inclusive,
      boolean ignoreCase,
      boolean positive) {
    return switch (type.physical()) {
      case LONG -> {
        Literals.Floor floor = Literals.floor(type, value);
        yield Literals.range(null, floor.highest(inclusive), !positive);
      }
      case DOUBLE -> {
        double number = Literals.number(value);
        yield new NumberPredicates.DoubleRange(
            Double.NEGATIVE_INFINITY, inclusive ? number : Math.nextDown(number), !positive);
      }
      case BYTES -> {
        if (type instanceof ColumnType.DecimalType) {
          yield Literals.wideBelow(Literals.floor(type, value).highest(inclusive), !positive);
        }
        byte[] bytes = fold(Values.toBytes(type, value), ignoreCase);
        BytesMatcher matcher = new BytesMatchers.Between(null, false, bytes, inclusive);
        yield new BytesPredicate(folded(matcher, ignoreCase), !positive);
      }
    };
  }

  private ValuePredicate in(ColumnType.Scalar type, Filter.In in, boolean positive) {
    return switch (type.physical()) {
      case LONG -> {
        long[] values =
            in.values().stream()
                .map(v -> Literals.floor(type, v))
                .filter(Literals.Floor::isLong)
                .mapToLong(f -> f.value().longValueExact())
                .sorted()
                .distinct()
                .toArray();
        yield values.length == 0
            ? none(!positive)
            : new NumberPredicates.LongSet(values, !positive);
      }
      case DOUBLE -> {
        double[] values =
            in.values().stream().mapToDouble(Literals::number).sorted().distinct().toArray();
        yield values.length == 0
            ? none(!positive)
            : new NumberPredicates.DoubleSet(values, !positive);
      }
      case BYTES -> {
        List<byte[]> values = new ArrayList<>();
        for (Object value : in.values()) {
          byte[] bytes = Literals.exactBytes(type, value);
          if (bytes != null) {
            values.add(fold(bytes, in.ignoreCase()));
          }
        }
        BytesMatcher matcher = new BytesMatchers.OneOf(values, seed);
        yield new BytesPredicate(folded(matcher, in.ignoreCase()), !positive);
      }
    };
  }

  private static ValuePredicate none(boolean negated) {
    return negated ? new ValuePredicate.NotNull() : new ValuePredicate.Never();
  }

  private static BytesMatcher matcher(Filter.Match match) {
    boolean ignoreCase = match.ignoreCase();
    if (match.kind() == Filter.MatchKind.REGEX) {
      return regex(match.pattern(), ignoreCase);
    }
    String pattern = ignoreCase ? Folding.fold(match.pattern()) : match.pattern();
    byte[] bytes = pattern.getBytes(StandardCharsets.UTF_8);
    BytesMatcher matcher =
        switch (match.kind()) {
          case STARTS_WITH -> new BytesMatchers.StartsWith(bytes);
          case ENDS_WITH -> new BytesMatchers.EndsWith(bytes);
          case CONTAINS -> new BytesMatchers.Contains(bytes);
          case LIKE -> LikeMatcher.of(pattern);
          case REGEX -> throw new IllegalStateException("taken above");
        };
    return folded(matcher, ignoreCase);
  }

  private static BytesMatcher regex(String pattern, boolean ignoreCase) {
    try {
      return new BytesMatchers.Regex(RegexText.compile(pattern, ignoreCase));
    } catch (IllegalArgumentException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the regular expression '%s' is refused: %s".formatted(pattern, e.getMessage()),
          e);
    }
  }

  private static BytesMatcher folded(BytesMatcher matcher, boolean ignoreCase) {
    return ignoreCase ? new BytesMatchers.Folded(matcher) : matcher;
  }

  private static byte[] fold(byte[] bytes, boolean ignoreCase) {
    return ignoreCase ? Folding.fold(bytes, 0, bytes.length) : bytes;
  }
}
