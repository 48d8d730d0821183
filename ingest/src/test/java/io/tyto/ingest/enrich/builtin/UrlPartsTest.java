package io.tyto.ingest.enrich.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UrlPartsTest {
  @Test
  void takesUrlsApartAsTheyAreWritten() {
    Map<String, UrlParts> expected = new LinkedHashMap<>();
    expected.put(
        "https://www.Owl.co.uk:8443/a/b?x=1&y=2#top",
        new UrlParts("https", "www.owl.co.uk", 8443, "/a/b", "x=1&y=2", "top"));
    expected.put("HTTP://owl.example", new UrlParts("http", "owl.example", -1, "/", null, null));
    expected.put("//owl.example/a", new UrlParts(null, "owl.example", -1, "/a", null, null));
    expected.put("/a/b?q#", new UrlParts(null, null, -1, "/a/b", "q", ""));
    expected.put("a b", new UrlParts(null, null, -1, "a b", null, null));
    expected.put("", new UrlParts(null, null, -1, null, null, null));
    expected.put("#x?y", new UrlParts(null, null, -1, null, null, "x?y"));
    expected.put("owl.example:80/x", new UrlParts(null, null, -1, "owl.example:80/x", null, null));
    expected.put("mailto:a@b.c", new UrlParts("mailto", null, -1, "a@b.c", null, null));
    expected.put(
        "https://user:pass@owl.example@evil.example/",
        new UrlParts("https", "evil.example", -1, "/", null, null));
    expected.put(
        "http://[2001:DB8::1%25eth0]:80/",
        new UrlParts("http", "2001:db8::1", 80, "/", null, null));
    expected.put("http://[::1/x", new UrlParts("http", "[", -1, "/x", null, null));
    expected.put(
        "http://owl.example.:/x", new UrlParts("http", "owl.example", -1, "/x", null, null));
    expected.put("http://a b/x", new UrlParts("http", null, -1, "/x", null, null));
    expected.put("http://h:99999/", new UrlParts("http", "h", -1, "/", null, null));
    expected.put("http:///x", new UrlParts("http", null, -1, "/x", null, null));
    expected.put(
        "android-app://com.example/x",
        new UrlParts("android-app", "com.example", -1, "/x", null, null));
    expected.forEach((url, parts) -> assertEquals(parts, UrlParts.of(url), url));
  }

  @Test
  void findsTheFirstValueOfAParameter() {
    UrlParts url = UrlParts.of("?a=1&a=2&b&=x&caf%C3%A9=100%25+%zz%C3&c+d=e%20f&last=");
    assertEquals("1", url.parameter("a"));
    assertEquals("", url.parameter("b"));
    assertEquals("100% %zz\uFFFD", url.parameter("caf\u00e9"));
    assertEquals("e f", url.parameter("c d"));
    assertEquals("", url.parameter("last"));
    assertNull(url.parameter("las"));
    assertNull(UrlParts.of("/x").parameter("a"));
  }

  @Test
  void knowsWhatCanBeRegistered() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("www.owl.co.uk", "owl.co.uk");
    expected.put("owl.co.uk", "owl.co.uk");
    expected.put("co.uk", null);
    expected.put("a.b.example.com", "example.com");
    expected.put("me.github.io", "me.github.io");
    expected.put("localhost", null);
    expected.put("10.1.2.3", null);
    expected.put("2001:db8::1", null);
    expected.put("a..b", null);
    expected.put("_x_.com", null);
    expected.put("a_b.example.com", "example.com");
    expected.forEach((host, domain) -> assertEquals(domain, UrlEnricher.domainOf(host), host));
  }
}
