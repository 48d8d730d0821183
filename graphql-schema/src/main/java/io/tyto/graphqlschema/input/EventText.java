package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiEvent;
import io.tyto.graphqlschema.value.JsonWriting;
import io.tyto.model.schema.JsonPointer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes events that came as typed input as the JSON that their config reads. Thread-safe: no
/// state.
public final class EventText {
  private EventText() {}

  /// A JSON array, one object an event.
  public static String write(ApiEvent event, List<InputObject> inputs) {
    StringBuilder text = new StringBuilder("[");
    for (InputObject input : inputs) {
      text.append(text.length() == 1 ? "" : ",\n");
      JsonWriting.write(object(event, input), text);
    }
    return text.append(']').toString();
  }

  private static Map<String, @Nullable Object> object(ApiEvent event, InputObject input) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (ApiEvent.Member member : event.members()) {
      Object value = input.get(member.column().field());
      if (value != null) {
        put(object, member.path().steps(), 0, shown(value, member.format()));
      }
    }
    return object;
  }

  /// @param at the step that `object` is at; a name
  private static void put(
      Map<String, @Nullable Object> object,
      List<JsonPointer.Step> steps,
      int at,
      @Nullable Object value) {
    if (!(steps.get(at) instanceof JsonPointer.Member(String name))) {
      throw new IllegalArgumentException("a list stands below a name: " + steps);
    }
    if (at + 1 == steps.size()) {
      object.put(name, value);
    } else if (steps.get(at + 1) instanceof JsonPointer.Member) {
      put(members(object.computeIfAbsent(name, _ -> new LinkedHashMap<>())), steps, at + 1, value);
    } else if (at + 2 == steps.size()) {
      object.put(name, value);
    } else {
      putEach(elements(object.computeIfAbsent(name, _ -> new ArrayList<>())), steps, at + 2, value);
    }
  }

  /// Lists that stand below one another share their objects.
  private static void putEach(
      List<@Nullable Object> array, List<JsonPointer.Step> steps, int at, @Nullable Object value) {
    int i = 0;
    for (Object element : (List<?>) (value == null ? List.of() : value)) {
      if (i == array.size()) {
        array.add(new LinkedHashMap<>());
      }
      put(members(array.get(i++)), steps, at, element);
    }
  }

  @SuppressWarnings("unchecked") // made above
  private static Map<String, @Nullable Object> members(@Nullable Object node) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(node);
  }

  @SuppressWarnings("unchecked") // made above
  private static List<@Nullable Object> elements(@Nullable Object node) {
    return (List<@Nullable Object>) Objects.requireNonNull(node);
  }

  /// As the config reads it.
  private static @Nullable Object shown(@Nullable Object value, @Nullable String format) {
    return switch (value) {
      case List<?> list -> {
        List<@Nullable Object> shown = new ArrayList<>();
        list.forEach(element -> shown.add(shown(element, format)));
        yield shown;
      }
      case Instant time -> time(time, format);
      case LocalDate date when format == null || format.equals("iso") -> date.toString();
      case LocalDate date -> time(date.atStartOfDay().toInstant(ZoneOffset.UTC), format);
      case null, default -> value;
    };
  }

  private static Object time(Instant time, @Nullable String format) {
    return switch (format) {
      case null -> time.toString();
      case "iso" -> time.toString();
      case "epoch_s" -> ChronoUnit.SECONDS.between(Instant.EPOCH, time);
      case "epoch_ms" -> ChronoUnit.MILLIS.between(Instant.EPOCH, time);
      case "epoch_us" -> ChronoUnit.MICROS.between(Instant.EPOCH, time);
      case "epoch_ns" -> ChronoUnit.NANOS.between(Instant.EPOCH, time);
      case "epoch_days" -> ChronoUnit.DAYS.between(Instant.EPOCH, time);
      default ->
          DateTimeFormatter.ofPattern(format, Locale.ENGLISH)
              .format(OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
    };
  }
}
