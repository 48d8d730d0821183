package io.tyto.ingest.enrich.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class UserAgentTest {
  @Test
  void readsBrowserSystemAndDevice() {
    Enriched agents = new Enriched("user-agent", Map.of("field", "ua"), "ua: string");
    assertEquals(
        Map.of(
            "ua_browser", "Mobile Safari",
            "ua_browser_version", "17.4",
            "ua_os", "iOS",
            "ua_os_version", "17.4.1",
            "ua_device", "iPhone",
            "ua_is_bot", false),
        agents.of(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
                + " like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"));
    assertEquals(
        Map.of(
            "ua_browser", "Firefox",
            "ua_browser_version", "128.0",
            "ua_os", "Linux",
            "ua_is_bot", false),
        agents.of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
    Map<String, Object> bot =
        agents.of("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
    assertEquals("Googlebot", bot.get("ua_browser"));
    assertEquals(true, bot.get("ua_is_bot"));
    assertEquals(Map.of("ua_is_bot", false), agents.of("no browser at all"));
    assertEquals(Map.of(), agents.of(" "));
  }

  @Test
  void aCacheIsBoundedAndKeepsWhatIsAskedFor() {
    TwoGenerations<Integer, String> cache = new TwoGenerations<>(100);
    int[] computed = new int[1];
    for (int i = 0; i < 10_000; i++) {
      assertEquals("7", cache.get(7, key -> key + ""));
      assertEquals(
          "" + i,
          cache.get(
              i,
              key -> {
                computed[0]++;
                return key + "";
              }));
      assertTrue(cache.size() <= 100, "at " + i);
    }
    assertEquals(9_999, computed[0], "7 was there");
    TwoGenerations<Integer, String> none = new TwoGenerations<>(0);
    none.get(1, String::valueOf);
    assertEquals(0, none.size());
  }
}
