package io.tyto.ingest.enrich.builtin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Search engines, social sites and mail that visitors come from. Immutable and thread-safe.
final class KnownSites {
  static final String SEARCH = "search";
  static final String SOCIAL = "social";
  static final String EMAIL = "email";

  /// @param terms parameters of its URLs that hold what was searched for, the first that is there
  record Site(String medium, String name, List<String> terms) {}

  /// Under many public suffixes: the label before them.
  private static final Map<String, Site> BY_LABEL = new HashMap<>();

  /// By host, or by what can be registered.
  private static final Map<String, Site> BY_NAME = new HashMap<>();

  static {
    label("google", SEARCH, "Google", "q");
    label("yahoo", SEARCH, "Yahoo", "p", "q");
    label("yandex", SEARCH, "Yandex", "text");
    label("pinterest", SOCIAL, "Pinterest");
    search("Bing", "q", "bing.com");
    search("DuckDuckGo", "q", "duckduckgo.com");
    search("Baidu", "wd", "baidu.com");
    search("Ecosia", "q", "ecosia.org");
    search("Qwant", "q", "qwant.com");
    search("Startpage", "query", "startpage.com");
    search("Brave", "q", "search.brave.com");
    search("Ask", "q", "ask.com");
    search("AOL", "q", "search.aol.com");
    search("Naver", "query", "search.naver.com", "naver.com");
    search("Daum", "q", "daum.net");
    search("Seznam", "q", "seznam.cz");
    search("Sogou", "query", "sogou.com");
    search("360", "q", "so.com");
    search("Mojeek", "q", "mojeek.com");
    search("Kagi", "q", "kagi.com");
    social("Facebook", "facebook.com", "fb.me", "fb.com", "messenger.com");
    social("Instagram", "instagram.com");
    social("X", "x.com", "twitter.com", "t.co");
    social("LinkedIn", "linkedin.com", "lnkd.in");
    social("Reddit", "reddit.com", "redd.it");
    social("YouTube", "youtube.com", "youtu.be");
    social("TikTok", "tiktok.com");
    social("WhatsApp", "whatsapp.com", "wa.me");
    social("Telegram", "t.me", "telegram.org");
    social("Discord", "discord.com");
    social("Threads", "threads.net", "threads.com");
    social("Bluesky", "bsky.app");
    social("Mastodon", "mastodon.social");
    social("Snapchat", "snapchat.com");
    social("Tumblr", "tumblr.com");
    social("Quora", "quora.com");
    social("Hacker News", "news.ycombinator.com");
    social("VK", "vk.com", "vk.ru");
    social("OK", "ok.ru");
    social("Weibo", "weibo.com", "weibo.cn");
    social("Twitch", "twitch.tv");
    email("Gmail", "mail.google.com", "com.google.android.gm");
    email("Outlook", "outlook.live.com", "outlook.office.com", "outlook.office365.com");
    email("Yahoo Mail", "mail.yahoo.com");
    email("Yandex Mail", "mail.yandex.ru", "mail.yandex.com");
    email("Proton Mail", "mail.proton.me");
  }

  private KnownSites() {}

  /// Null where the host is none of them.
  static @Nullable Site find(String host) {
    Site site = BY_NAME.get(host);
    String domain = site == null ? UrlEnricher.domainOf(host) : null;
    if (site == null && domain != null) {
      site = BY_NAME.get(domain);
      site = site == null ? BY_LABEL.get(domain.substring(0, domain.indexOf('.'))) : site;
    }
    return site;
  }

  private static void label(String label, String medium, String name, String... terms) {
    BY_LABEL.put(label, new Site(medium, name, List.of(terms)));
  }

  private static void search(String name, String term, String... hosts) {
    put(new Site(SEARCH, name, List.of(term)), hosts);
  }

  private static void social(String name, String... hosts) {
    put(new Site(SOCIAL, name, List.of()), hosts);
  }

  private static void email(String name, String... hosts) {
    put(new Site(EMAIL, name, List.of()), hosts);
  }

  private static void put(Site site, String... hosts) {
    for (String host : hosts) {
      BY_NAME.put(host, site);
    }
  }
}
