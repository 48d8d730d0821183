package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.InputField;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ua_parser.Client;
import ua_parser.Parser;

/// Reads User-Agent headers by the rules of uap-core. Thread-safe.
final class UserAgentEnricher implements Enricher {
  /// The rules are regular expressions that may look at a text many times, so they see no more of
  /// it; browsers send a third of this.
  static final int MAX_CHARACTERS = 512;

  private static final String OTHER = "Other";
  private static final String SPIDER = "Spider";

  private final InputField input;
  private final List<AddedField> adds;
  private final Parser parser;
  private final TwoGenerations<String, Agent> cache;
  private final int browser;
  private final int browserVersion;
  private final int os;
  private final int osVersion;
  private final int device;
  private final int bot;

  private record Agent(
      @Nullable String browser,
      @Nullable String browserVersion,
      @Nullable String os,
      @Nullable String osVersion,
      @Nullable String device,
      boolean isBot) {}

  UserAgentEnricher(String column, String prefix, int cached, Parser parser) {
    this.parser = parser;
    this.input = InputField.of(column, ColumnType.STRING);
    this.cache = new TwoGenerations<>(cached);
    FieldList fields = new FieldList(prefix);
    browser = fields.add("browser", ColumnType.STRING, "such as Firefox Mobile");
    browserVersion = fields.add("browser_version", ColumnType.STRING, "such as 128.0.1");
    os = fields.add("os", ColumnType.STRING, "such as Android");
    osVersion = fields.add("os_version", ColumnType.STRING, "such as 14");
    device = fields.add("device", ColumnType.STRING, "such as iPhone");
    bot = fields.add("is_bot", ColumnType.BOOL, "a crawler that says so");
    adds = fields.toList();
  }

  @Override
  public List<InputField> reads() {
    return List.of(input);
  }

  @Override
  public List<AddedField> adds() {
    return adds;
  }

  @Override
  public void enrich(Inputs in, Outputs out) {
    String text = in.text(0);
    if (text.isBlank()) {
      return;
    }
    String seen = text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) : text;
    Agent agent = cache.get(seen, this::read);
    out.text(browser, agent.browser());
    out.text(browserVersion, agent.browserVersion());
    out.text(os, agent.os());
    out.text(osVersion, agent.osVersion());
    out.text(device, agent.device());
    out.number(bot, agent.isBot() ? 1 : 0);
  }

  private Agent read(String text) {
    Client client = parser.parse(text);
    return new Agent(
        named(client.userAgent.family),
        version(client.userAgent.major, client.userAgent.minor, client.userAgent.patch),
        named(client.os.family),
        version(client.os.major, client.os.minor, client.os.patch),
        named(client.device.family),
        SPIDER.equals(client.device.family));
  }

  private static @Nullable String named(@Nullable String family) {
    return OTHER.equals(family) ? null : family;
  }

  private static @Nullable String version(@Nullable String... parts) {
    StringBuilder version = new StringBuilder();
    for (String part : parts) {
      if (part == null || part.isEmpty()) {
        break;
      }
      version.append(version.isEmpty() ? "" : ".").append(part);
    }
    return version.isEmpty() ? null : version.toString();
  }
}
