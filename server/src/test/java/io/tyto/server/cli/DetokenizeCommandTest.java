package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.privacy.KeyFile;
import io.tyto.server.cli.CommandRunner.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetokenizeCommandTest {
  @TempDir private Path data;

  @Test
  void tokensAreReadByTheSecretOfTheFolder() {
    KeyFile keys = new KeyFile(data.resolve("keys/1.key"));
    keys.create();
    String token =
        new String(
            keys.values().token("ann@example.com".getBytes(StandardCharsets.UTF_8)),
            StandardCharsets.US_ASCII);
    Outcome known = CommandRunner.capture("detokenize", "--data", data.toString(), token);
    assertEquals("ann@example.com", known.output().strip());
    assertEquals(0, known.code());
    Outcome unknown = CommandRunner.capture("detokenize", "--data", data.toString(), "x", token);
    assertEquals(1, unknown.code());
    assertTrue(unknown.output().contains("not a token made with this secret: x"));
    assertTrue(unknown.output().contains("ann@example.com"));
  }

  @Test
  void aMissingSecretIsNamed() {
    Outcome refused = CommandRunner.capture("detokenize", "--data", data.toString(), "x");
    assertTrue(refused.output().contains("[KEY_MISSING]"), refused.output());
  }
}
