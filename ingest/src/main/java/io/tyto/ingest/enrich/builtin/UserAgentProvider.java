package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ua_parser.Parser;

/// `user-agent`: browser, system and device of a User-Agent header.
public final class UserAgentProvider implements EnricherProvider {
  private static final int CACHED = 10_000;
  private static final int MAX_CACHED = 1_000_000;

  @Override
  public String name() {
    return "user-agent";
  }

  @Override
  public Enricher create(EnricherSettings settings) throws IOException {
    return new UserAgentEnricher(
        settings.column("field"),
        settings.prefix("ua_"),
        settings.number("cache", CACHED, 0, MAX_CACHED),
        parser(settings.textOrNull("rules")));
  }

  private static Parser parser(@Nullable String rules) throws IOException {
    if (rules == null) {
      return new Parser();
    }
    try (InputStream content = Files.newInputStream(Path.of(rules))) {
      return new Parser(content);
    }
  }
}
