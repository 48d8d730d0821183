package io.tyto.ingest.enrich.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferrerTest {
  private final Enriched referrers =
      new Enriched(
          "referrer",
          Map.of("field", "referrer", "page", "page", "internal", List.of("owl-shop.example.org")),
          "referrer: string",
          "page: string");

  private void assertReferrer(String referrer, String medium, String source) {
    assertEquals(
        Map.of("ref_medium", medium, "ref_source", source), referrers.of(referrer, null), referrer);
  }

  @Test
  void tellsWhereVisitorsComeFrom() {
    assertReferrer("https://www.google.com/", "search", "Google");
    assertReferrer("https://www.google.co.uk/search", "search", "Google");
    assertReferrer("https://google.evil.example.com/", "link", "google.evil.example.com");
    assertReferrer("https://search.brave.com/", "search", "Brave");
    assertReferrer("https://m.facebook.com/", "social", "Facebook");
    assertReferrer("https://t.co/abc", "social", "X");
    assertReferrer("https://news.ycombinator.com/item?id=1", "social", "Hacker News");
    assertReferrer("https://mail.google.com/mail/u/0", "email", "Gmail");
    assertReferrer("android-app://com.google.android.gm/", "email", "Gmail");
    assertReferrer("https://owl-shop.example.org/a", "internal", "owl-shop.example.org");
    assertReferrer("http://10.0.0.1/x", "link", "10.0.0.1");
    assertEquals(
        Map.of("ref_medium", "search", "ref_source", "Bing", "ref_term", "snowy owl"),
        referrers.of("https://www.bing.com/search?form=x&q=snowy+owl", null));
    assertEquals(
        Map.of("ref_medium", "internal", "ref_source", "a.owls.co.uk"),
        referrers.of("https://a.owls.co.uk/", "https://www.owls.co.uk/"));
    for (String nothing : List.of("", "/a", "about:blank", "nonsense")) {
      assertEquals(Map.of(), referrers.of(nothing, null), nothing);
    }
  }

  @Test
  void readsTheCampaignOfThePage() {
    assertEquals(
        Map.of("ref_utm_source", "letter", "ref_utm_campaign", "snow & ice"),
        referrers.of(
            null,
            "https://owl.example/?utm_source=letter&utm_campaign=snow%20%26%20ice&utm_term="));
    Enriched alone = new Enriched("referrer", Map.of("field", "url"), "url: string");
    assertEquals(
        Map.of("ref_medium", "link", "ref_source", "owl.example", "ref_utm_medium", "cpc"),
        alone.of("https://owl.example/?utm_medium=cpc"));
  }
}
