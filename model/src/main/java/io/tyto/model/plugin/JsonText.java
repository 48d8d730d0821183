package io.tyto.model.plugin;

/// A text that is JSON, as opposed to a text that happens to look like it: a json column keeps it
/// as the value it says.
public record JsonText(String text) implements CharSequence {
  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
