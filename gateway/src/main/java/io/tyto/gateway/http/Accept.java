package io.tyto.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which media types a client takes, and how gladly (RFC 9110, 12.5.1). Immutable.
public final class Accept {
  private static final int MAX_RANGES = 50;

  private record Range(MediaType type, double quality) {}

  /// How gladly a type is taken, and how exactly it was named.
  private record Weight(double quality, int specificity) {
    static final Weight NONE = new Weight(0, 0);

    boolean isMoreThan(Weight other) {
      return quality > other.quality || quality == other.quality && specificity > other.specificity;
    }
  }

  private final List<Range> ranges;

  private Accept(List<Range> ranges) {
    this.ranges = ranges;
  }

  /// A client that does not say takes everything.
  public static Accept of(HttpServerRequest request) {
    return of(String.join(",", request.headers().getAll("Accept")));
  }

  static Accept of(String header) {
    List<Range> ranges = new ArrayList<>();
    for (String part : header.split(",", MAX_RANGES + 1)) {
      MediaType type = MediaType.parse(part);
      if (type != null && ranges.size() < MAX_RANGES) {
        ranges.add(new Range(type, quality(type)));
      }
    }
    if (header.isBlank()) {
      ranges.add(new Range(new MediaType("*", "*", Map.of()), 1));
    }
    return new Accept(List.copyOf(ranges));
  }

  private static double quality(MediaType type) {
    String text = type.parameters().get("q");
    if (text == null) {
      return 1;
    }
    // What is no number counts as "not at all": better no answer than one in a wrong form.
    return text.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(text) : 0;
  }

  /// From 0, not at all, to 1.
  public double quality(String name) {
    return weight(name).quality();
  }

  /// Whether it is taken, and by its own name.
  public boolean names(String name) {
    Weight weight = weight(name);
    return weight.quality() > 0 && weight.specificity() == 3;
  }

  private Weight weight(String name) {
    Weight best = Weight.NONE;
    int specificity = 0;
    for (Range range : ranges) {
      int of = range.type().specificity(name);
      // The most exact range decides, also where a wider one is kinder.
      if (of > specificity && range.type().isUtf8()) {
        specificity = of;
        best = new Weight(range.quality(), of);
      }
    }
    return best;
  }

  /// The one taken most gladly, of equal ones the one named more exactly, of those the first; null
  /// where none is taken.
  public @Nullable String best(List<String> offered) {
    String best = null;
    Weight weight = Weight.NONE;
    for (String name : offered) {
      Weight of = weight(name);
      if (of.quality() > 0 && of.isMoreThan(weight)) {
        best = name;
        weight = of;
      }
    }
    return best;
  }
}
