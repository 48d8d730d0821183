package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.ColumnType.StringType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks one JSON text along a tree of paths and puts what it finds into a row.
///
/// What is absent stays null, and so does what lies behind a value of another shape. Where a list
/// is wanted, a scalar is a list of one, and `*` over anything but an array is the thing itself;
/// elements that lack a member of the path are left out of the list, nulls are null elements.
final class PathReader {
  private final JsonScanner scanner = new JsonScanner();
  private final Cell cell = new Cell();
  private @Nullable Row row;

  /// Reads the text `data[from, to)`, valid UTF-8, whose outermost value is `root`.
  ///
  /// @param isRecord whether the outermost value must be an object
  void read(byte[] data, int from, int to, PathNode root, Row row, boolean isRecord)
      throws RejectException {
    scanner.reset(data, from, to);
    this.row = row;
    int first = scanner.peek();
    if (isRecord && first >= 0 && first != '{') {
      scanner.skip(1);
      scanner.expectEnd();
      throw RejectException.of(
          Code.NOT_AN_OBJECT,
          "found %s, expected a JSON object".formatted(Excerpt.of(data, from, to)));
    }
    value(root, 1);
    scanner.expectEnd();
  }

  private void value(PathNode node, int depth) throws RejectException {
    int first = scanner.peek();
    int start = scanner.position();
    PathNode every = node.every();
    if (every != null && first != '[' && first != 'n') {
      value(every, depth);
      scanner.rewind(start);
    }
    switch (first) {
      case '{' -> object(node, depth);
      case '[' -> array(node, depth);
      case 'n' -> {
        scanner.literal("null");
        nothing(node);
        return;
      }
      default -> scalar(node, first);
    }
    whole(node, start);
  }

  private void object(PathNode node, int depth) throws RejectException {
    node.noteObject();
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      if (!targets.get(i).keepsWhole() && !targets.get(i).isServed(row())) {
        throw mismatch(targets.get(i), "an object");
      }
    }
    RestOfEvent rest = node.rest();
    if (!node.hasMembers() && rest == null) {
      scanner.skip(depth);
      return;
    }
    scanner.enter('{', depth);
    if (scanner.take('}')) {
      return;
    }
    long object = scanner.nextObject();
    int expected = 0;
    do {
      scanner.peek();
      int start = scanner.position();
      scanner.key();
      PathNode member =
          node.member(scanner.tokenData(), scanner.tokenFrom(), scanner.tokenTo(), expected);
      if (member == null) {
        scanner.noteKey(object);
        scanner.skip(depth + 1);
        if (rest != null) {
          rest.addMember(scanner.data(), start, scanner.position());
        }
      } else if (member.note(object)) {
        expected = member.ordinal() + 1;
        value(member, depth + 1);
      } else {
        throw scanner.duplicate();
      }
    } while (scanner.take(','));
    scanner.expect('}');
  }

  private void array(PathNode node, int depth) throws RejectException {
    List<Target> targets = node.targets();
    boolean isWanted = node.every() != null || node.hasMembers();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      ListBuilder list = target.list();
      if (list != null) {
        list.markPresent();
        isWanted = true;
      } else if (!target.keepsWhole() && !target.isServed(row())) {
        throw mismatch(target, "an array");
      }
    }
    if (!isWanted) {
      scanner.skip(depth);
      return;
    }
    if (node.every() != null) {
      markPresent(node.every().allTargets());
    }
    scanner.enter('[', depth);
    if (scanner.take(']')) {
      return;
    }
    int index = 0;
    do {
      elements(node, index++, depth + 1);
    } while (scanner.take(','));
    scanner.expect(']');
  }

  /// Hands one element of an array to all who want it, going back for each but the first.
  private void elements(PathNode node, int index, int depth) throws RejectException {
    scanner.peek();
    int start = scanner.position();
    int stop = start;
    if (node.every() != null) {
      value(node.every(), depth);
      stop = scanner.position();
    }
    PathNode member = node.element(index);
    if (member != null) {
      scanner.rewind(start);
      value(member, depth);
      stop = scanner.position();
    }
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      ListBuilder list = targets.get(i).list();
      if (list != null) {
        scanner.rewind(start);
        listElement(targets.get(i), list);
        stop = scanner.position();
      }
    }
    if (stop == start) {
      scanner.skip(depth);
    }
  }

  private void listElement(Target target, ListBuilder list) throws RejectException {
    int first = scanner.peek();
    if (first == 'n') {
      scanner.literal("null");
      list.add(null);
      return;
    }
    if (first == '[' || first == '{') {
      throw mismatch(target, first == '[' ? "an array in the list" : "an object in the list");
    }
    token(first);
    convert(target, first);
    list.add(cell.boxed());
  }

  private void scalar(PathNode node, int first) throws RejectException {
    token(first);
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      if (target.keepsWhole() || target.isServed(row())) {
        continue;
      }
      convert(target, first);
      ListBuilder list = target.list();
      if (list == null) {
        cell.moveTo(row(), target.position());
      } else {
        list.add(cell.boxed());
      }
    }
  }

  private void token(int first) throws RejectException {
    switch (first) {
      case '"' -> scanner.string();
      case 't' -> scanner.literal("true");
      case 'f' -> scanner.literal("false");
      default -> scanner.number();
    }
  }

  private void convert(Target target, int first) throws RejectException {
    ValueConverter converter = target.converter();
    if (converter == null) {
      throw new IllegalStateException("json is not converted");
    }
    byte[] data = scanner.tokenData();
    switch (first) {
      case '"' -> converter.text(data, scanner.tokenFrom(), scanner.tokenTo(), cell);
      case 't' -> converter.bool(true, cell);
      case 'f' -> converter.bool(false, cell);
      default -> converter.number(data, scanner.tokenFrom(), scanner.tokenTo(), cell);
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

  /// Gives the value just read, from `start` on, to the columns that keep it whole.
  private void whole(PathNode node, int start) throws RejectException {
    List<Target> targets = node.targets();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      if (target.keepsWhole() && !target.isServed(row())) {
        int length = scanner.position() - start;
        if (length > StringType.MAX_BYTES) {
          throw RejectException.of(
              Code.TOO_LARGE,
              target.column(),
              "a JSON value of %d bytes".formatted(length),
              "at most " + StringType.MAX_BYTES);
        }
        row()
            .setBytes(
                target.position(), Arrays.copyOfRange(scanner.data(), start, scanner.position()));
      }
    }
  }

  static void markPresent(List<Target> targets) {
    for (int i = 0; i < targets.size(); i++) {
      listOf(targets.get(i)).markPresent();
    }
  }

  private static ListBuilder listOf(Target target) {
    ListBuilder list = target.list();
    if (list == null) {
      throw new IllegalStateException("column " + target.column().name() + " is no list");
    }
    return list;
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
