package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "feeds",
    description = "Tells how far the logs outside are read, and lets those that wait go on.",
    subcommands = FeedsCommand.Accept.class)
final class FeedsCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<FeedStatus> feeds = server(flags).status().feeds();
    print(out, feeds);
    return feeds.stream().anyMatch(feed -> feed.problem() != null) ? 1 : 0;
  }

  static void print(PrintWriter out, List<FeedStatus> feeds) {
    if (feeds.isEmpty()) {
      return;
    }
    out.printf(
        "%-28s %-8s %13s %13s %10s %8s %12s %8s%n",
        "log", "state", "read to", "committed", "lag", "lag ms", "events", "dead");
    for (FeedStatus feed : feeds) {
      out.printf(
          "%-28s %-8s %,13d %,13d %10s %8s %,12d %,8d%n",
          feed.topic() + "/" + feed.partition(),
          feed.state().name().toLowerCase(Locale.ROOT),
          feed.position(),
          feed.committed(),
          known(feed.lagRecords()),
          known(feed.lagMillis()),
          feed.events(),
          feed.refused());
    }
  }

  private static String known(long number) {
    return number < 0 ? "?" : "%,d".formatted(number);
  }

  private static RunningServer server(SettingFlags flags) {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    return SettingFlags.holder(settings)
        .filter(holder -> !holder.address().isEmpty())
        .map(RunningServer::new)
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "no server holds %s; logs outside are read by `tyto serve`".formatted(data)));
  }

  @Command(
      name = "accept",
      description =
          "Goes on where somebody has to decide: records that are gone become a gap, a topic that was made again is read from its beginning.")
  static final class Accept implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "the topic that waits")
    private String topic;

    @Option(names = "--partition", defaultValue = "-1", description = "only this one of its logs")
    private int partition;

    @Override
    public Integer call() {
      server(flags).acceptFeed(topic, partition).forEach(spec.commandLine().getOut()::println);
      return 0;
    }
  }
}
