package io.tyto.server.cli;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.PrivateValues;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.StoreKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "detokenize",
    description =
        "Prints the values behind tokens (policy `tokenize`), one a line, by the secret of the data"
            + " folder. Needs no server and no lock, only the key file.")
final class DetokenizeCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.KEYS);
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TOKEN", description = "tokens; without any they are read as lines")
  private List<String> tokens = List.of();

  @Override
  public Integer call() throws IOException {
    Settings settings = flags.resolve();
    PrivateValues values = new KeyFile(keyFile(settings)).values();
    PrintWriter out = spec.commandLine().getOut();
    boolean isEach = true;
    if (!tokens.isEmpty()) {
      for (String token : tokens) {
        isEach &= print(values, token, out);
      }
      return isEach ? 0 : 1;
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      isEach &= print(values, line.strip(), out);
    }
    return isEach ? 0 : 1;
  }

  private boolean print(PrivateValues values, String token, PrintWriter out) {
    byte @Nullable [] value = values.valueOf(token.getBytes(StandardCharsets.UTF_8));
    if (value == null) {
      spec.commandLine().getErr().println("tyto: not a token made with this secret: " + token);
      out.println();
      return false;
    }
    out.println(new String(value, StandardCharsets.UTF_8));
    return true;
  }

  private static Path keyFile(Settings settings) {
    return settings.text(Setting.PRIVACY_KEY_FILE).isEmpty()
        ? new DataFolder(settings.path(Setting.DATA)).key(StoreKeys.DEFAULT_PROJECT)
        : settings.path(Setting.PRIVACY_KEY_FILE);
  }
}
