package io.tyto.server;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.config.AccessParser;
import io.tyto.ingest.partition.Alarms;
import io.tyto.model.access.AccessRules;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The access file as it was last found to be right. A file that is wrong keeps the rules of
/// before, and raises an alarm that says so until it is right again. Thread-safe.
final class AccessFile implements Supplier<AccessRules> {
  private static final System.Logger LOG = System.getLogger(AccessFile.class.getName());
  private static final String ALARM = "access";
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final Alarms alarms;
  private final Consumer<AccessRules> listener;
  private volatile AccessRules rules;

  /// What was read last, right or wrong; null: it could not be read.
  private @Nullable String seen;

  /// Reads the file. CONFIG_INVALID with everything that is wrong; BAD_USER_INPUT where it cannot
  /// be read.
  ///
  /// @param listener told of rules when they have changed
  AccessFile(Path file, Alarms alarms, Consumer<AccessRules> listener) {
    this.file = file;
    this.alarms = alarms;
    this.listener = listener;
    try {
      String text = read();
      this.rules = parse(text);
      this.seen = text;
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "cannot read the access file %s: %s".formatted(file, e), e);
    }
  }

  @Override
  public AccessRules get() {
    return rules;
  }

  /// Takes over what the file says by now.
  synchronized void look() {
    try {
      String text = read();
      if (text.equals(seen)) {
        return;
      }
      seen = text;
      AccessRules now = parse(text);
      alarms.clear(ALARM);
      if (!now.equals(rules)) {
        rules = now;
        listener.accept(now);
        LOG.log(INFO, "the access file {0} has changed and is in force", file);
      }
    } catch (TytoException e) {
      tell(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      seen = null;
      tell("cannot read " + e);
    }
  }

  private void tell(String fault) {
    String told = "the access file is wrong, and what it said before goes on: " + fault;
    if (!alarms.all().contains(told)) {
      LOG.log(WARNING, told);
    }
    alarms.raise(ALARM, told);
  }

  private String read() throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("%s has more than %,d bytes".formatted(file, MAX_BYTES));
    }
    return Files.readString(file);
  }

  private AccessRules parse(String text) {
    return AccessParser.parse(new ConfigFile(String.valueOf(file.getFileName()), text));
  }
}
