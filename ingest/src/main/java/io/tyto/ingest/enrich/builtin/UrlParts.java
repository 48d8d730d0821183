package io.tyto.ingest.enrich.builtin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The parts of a URL as it was written, however badly: what is not there is null, and nothing
/// throws. Names and passwords before an `@` are left out.
///
/// @param scheme in small letters
/// @param host in small letters, without brackets, zone and the dot at its end
/// @param port 0 to 65535, or -1
/// @param path as written; `/` where a host has none
/// @param query as written, without `?`
/// @param fragment as written, without `#`
record UrlParts(
    @Nullable String scheme,
    @Nullable String host,
    int port,
    @Nullable String path,
    @Nullable String query,
    @Nullable String fragment) {
  static final int NO_PORT = -1;
  private static final int MAX_SCHEME = 32;
  private static final int MAX_HOST = 253;
  private static final int MAX_PORT = 65_535;

  static UrlParts of(String text) {
    String url = text.strip();
    int hash = url.indexOf('#');
    String fragment = hash < 0 ? null : url.substring(hash + 1);
    String rest = hash < 0 ? url : url.substring(0, hash);
    int mark = rest.indexOf('?');
    String query = mark < 0 ? null : rest.substring(mark + 1);
    rest = mark < 0 ? rest : rest.substring(0, mark);
    int colon = endOfScheme(rest);
    String scheme = colon < 0 ? null : rest.substring(0, colon).toLowerCase(Locale.ROOT);
    rest = rest.substring(colon + 1);
    if (!rest.startsWith("//")) {
      return new UrlParts(scheme, null, NO_PORT, rest.isEmpty() ? null : rest, query, fragment);
    }
    int slash = rest.indexOf('/', 2);
    String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
    String path = slash < 0 ? "/" : rest.substring(slash);
    String place = authority.substring(authority.lastIndexOf('@') + 1);
    int end = endOfHost(place);
    return new UrlParts(
        scheme,
        hostOf(place.substring(0, end)),
        portOf(place.substring(end)),
        path,
        query,
        fragment);
  }

  /// Position of the colon behind the scheme, or -1. `owl.example:80/x` has none.
  private static int endOfScheme(String text) {
    for (int i = 0; i < Math.min(text.length(), MAX_SCHEME); i++) {
      char c = text.charAt(i);
      if (c == ':') {
        boolean isPort = i + 1 < text.length() && isDigit(text.charAt(i + 1));
        return i == 0 || isPort ? -1 : i;
      }
      boolean isLetter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      if (!isLetter && (i == 0 || !(isDigit(c) || c == '+' || c == '-' || c == '.'))) {
        return -1;
      }
    }
    return -1;
  }

  private static int endOfHost(String place) {
    int bracket = place.startsWith("[") ? place.indexOf(']') : -1;
    if (bracket > 0) {
      return bracket + 1;
    }
    int colon = place.indexOf(':');
    return colon < 0 ? place.length() : colon;
  }

  private static @Nullable String hostOf(String text) {
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    String host = isBracketed ? text.substring(1, text.length() - 1) : text;
    int zone = isBracketed ? host.indexOf('%') : -1;
    host = zone < 0 ? host : host.substring(0, zone);
    host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (host.isEmpty() || host.length() > MAX_HOST) {
      return null;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c == 0x7f || c == '\\' || c == '"' || c == '<' || c == '>') {
        return null;
      }
    }
    return host.toLowerCase(Locale.ROOT);
  }

  private static int portOf(String text) {
    if (text.length() < 2 || text.length() > 6) {
      return NO_PORT;
    }
    int port = 0;
    for (int i = 1; i < text.length(); i++) {
      if (!isDigit(text.charAt(i))) {
        return NO_PORT;
      }
      port = 10 * port + text.charAt(i) - '0';
    }
    return text.charAt(0) == ':' && port <= MAX_PORT ? port : NO_PORT;
  }

  /// The first value of a parameter of the query, decoded; empty for a parameter without `=`.
  @Nullable String parameter(String name) {
    if (query == null) {
      return null;
    }
    int from = 0;
    while (from <= query.length()) {
      int end = query.indexOf('&', from);
      end = end < 0 ? query.length() : end;
      // Not beyond the end: a mebibyte of `&` would be searched a million times.
      int equals = query.indexOf('=', from, end);
      int stop = equals < 0 ? end : equals;
      if (isName(name, from, stop)) {
        return stop == end ? "" : decoded(query.substring(stop + 1, end));
      }
      from = end + 1;
    }
    return null;
  }

  /// Names are compared decoded, and decoded only where they could be it.
  private boolean isName(String name, int from, int stop) {
    String text = String.valueOf(query);
    int length = stop - from;
    if (length == name.length() && text.startsWith(name, from)) {
      return true;
    }
    return length >= name.length()
        && length <= 3 * 4 * name.length()
        && (text.indexOf('%', from, stop) >= 0 || text.indexOf('+', from, stop) >= 0)
        && decoded(text.substring(from, stop)).equals(name);
  }

  /// `+` is a blank, `%C3%A9` a byte each; what is not two hexadecimal digits stays as it is, and
  /// bytes that are not UTF-8 become U+FFFD.
  static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text.replace('+', ' ');
    }
    byte[] raw = text.replace('+', ' ').getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length);
    for (int i = 0; i < raw.length; i++) {
      int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw[i + 2], 16);
      if (low < 0) {
        bytes.write(raw[i]);
      } else {
        bytes.write(16 * high + low);
        i += 2;
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
