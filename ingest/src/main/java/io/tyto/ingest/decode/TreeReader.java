package io.tyto.ingest.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Walks a tree of values along a tree of paths and puts what it finds into a row, by the rules of
/// {@link PathReader}.
final class TreeReader {
  private final Cell cell = new Cell();
  private final TreeText text = new TreeText();
  private @Nullable Row row;

  /// Reads an event whose outermost value is `root`.
  void read(Map<?, ?> event, PathNode root, Row row) throws RejectException {
    this.row = row;
    value(root, event, 1);
  }

  private void value(PathNode node, @Nullable Object value, int depth) throws RejectException {
    if (depth > DecodeLimits.MAX_DEPTH) {
      throw TreeText.tooDeep();
    }
    PathNode every = node.every();
    if (every != null && value != null && !(value instanceof List<?>)) {
      value(every, value, depth);
    }
    switch (value) {
      case null -> {
        nothing(node);
        return;
      }
      case Map<?, ?> map -> object(node, map, depth);
      case List<?> list -> array(node, list, depth);
      default -> scalar(node, value);
    }
    whole(node, value);
  }

  private void object(PathNode node, Map<?, ?> map, int depth) throws RejectException {
    node.noteObject();
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      if (!targets.get(i).keepsWhole() && !targets.get(i).isServed(row())) {
        throw mismatch(targets.get(i), "an object");
      }
    }
    for (int i = 0; i < node.members().size(); i++) {
      String name = node.names().get(i);
      Object member = map.get(name);
      if (member != null || map.containsKey(name)) {
        value(node.members().get(i), member, depth + 1);
      }
    }
    RestOfEvent rest = node.rest();
    if (rest != null) {
      unread(node, map, rest);
    }
  }

  private void unread(PathNode node, Map<?, ?> map, RestOfEvent rest) throws RejectException {
    for (Map.Entry<?, ?> member : map.entrySet()) {
      String name = String.valueOf(member.getKey());
      if (!node.names().contains(name)) {
        byte[] key = text.json(name, rest.column());
        rest.addMember(key, text.json(member.getValue(), rest.column()));
      }
    }
  }

  private void array(PathNode node, List<?> list, int depth) throws RejectException {
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      ListBuilder wanted = target.list();
      if (wanted != null) {
        wanted.markPresent();
        for (Object element : list) {
          listElement(target, wanted, element);
        }
      } else if (!target.keepsWhole() && !target.isServed(row())) {
        throw mismatch(target, "an array");
      }
    }
    PathNode every = node.every();
    if (every != null) {
      PathReader.markPresent(every.allTargets());
      for (Object element : list) {
        value(every, element, depth + 1);
      }
    }
    for (int i = 0; i < node.members().size(); i++) {
      int index = indexOf(node.names().get(i));
      if (index >= 0 && index < list.size()) {
        value(node.members().get(i), list.get(index), depth + 1);
      }
    }
  }

  /// The array index that a step can mean, or -1.
  private static int indexOf(String step) {
    int length = step.length();
    if (length == 0 || length > 9 || length > 1 && step.charAt(0) == '0') {
      return -1;
    }
    int index = 0;
    for (int i = 0; i < length; i++) {
      int digit = step.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      index = index * 10 + digit;
    }
    return index;
  }

  private void listElement(Target target, ListBuilder list, @Nullable Object element)
      throws RejectException {
    switch (element) {
      case null -> list.add(null);
      case List<?> _ -> throw mismatch(target, "an array in the list");
      case Map<?, ?> _ -> throw mismatch(target, "an object in the list");
      default -> {
        convert(target, element);
        list.add(cell.boxed());
      }
    }
  }

  private void scalar(PathNode node, Object value) throws RejectException {
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      if (target.keepsWhole() || target.isServed(row())) {
        continue;
      }
      convert(target, value);
      ListBuilder list = target.list();
      if (list == null) {
        cell.moveTo(row(), target.position());
      } else {
        list.add(cell.boxed());
      }
    }
  }

  private void convert(Target target, Object value) throws RejectException {
    ValueConverter converter = target.converter();
    if (converter == null) {
      throw new IllegalStateException("json is not converted");
    }
    switch (value) {
      case Boolean bool -> converter.bool(bool, cell);
      case Number number -> {
        byte[] digits = TreeText.digits(number);
        if (digits == null) {
          throw RejectException.of(
              Code.OUT_OF_RANGE, target.column(), TreeText.unfit(number), null);
        }
        converter.number(digits, 0, digits.length, cell);
      }
      case CharSequence characters -> {
        byte[] bytes = TreeText.utf8(characters, target.column());
        converter.text(bytes, 0, bytes.length, cell);
      }
      case byte[] bytes -> converter.bytes(bytes, cell);
      case Instant instant -> converter.instant(instant, cell);
      case LocalDate date -> converter.day(date, cell);
      case UUID _, LocalTime _ -> {
        byte[] bytes = value.toString().getBytes(US_ASCII);
        converter.text(bytes, 0, bytes.length, cell);
      }
      case InetAddress address -> {
        byte[] bytes = address.getHostAddress().getBytes(US_ASCII);
        converter.text(bytes, 0, bytes.length, cell);
      }
      default -> throw mismatch(target, "a " + value.getClass().getSimpleName());
    }
  }

  private void nothing(PathNode node) {
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      ListBuilder list = targets.get(i).list();
      if (list != null && targets.get(i).isRepeated()) {
        list.add(null);
      }
    }
  }

  /// Gives a value to the columns that keep it whole.
  private void whole(PathNode node, Object value) throws RejectException {
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      if (target.keepsWhole() && !target.isServed(row())) {
        row().setBytes(target.position(), text.json(value, target.column()));
      }
    }
  }

  private static RejectException mismatch(Target target, String found) {
    return RejectException.of(Code.TYPE_MISMATCH, target.column(), found, null);
  }

  private Row row() {
    if (row == null) {
      throw new IllegalStateException("no row is being filled");
    }
    return row;
  }
}
