package io.tyto.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Gives a target every input of its corpus, `src/test/resources/fuzz/NAME` of the module, and
/// mutations of them. A find is written to `target/fuzz`: once it is mended, put it into the
/// corpus.
///
/// `-Dtest.seed` chooses other mutations, `-Dtest.scale` more of them; `-Dtyto.fuzz.seconds` has
/// Jazzer look for finds that long, in a process of its own, from the same corpus.
public final class Fuzz {
  private static final long SEED = Long.getLong("test.seed", 20_261_122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final long SECONDS = Long.getLong("tyto.fuzz.seconds", 0L);
  private static final int MAX_INPUT_BYTES = 1 << 14;

  /// What one input may allocate, on the thread that takes it.
  private static final long MAX_ALLOCATED_BYTES = 64L << 20;

  /// Beyond the time that Jazzer is given, for it to begin and end.
  private static final long GRACE_SECONDS = 120;

  private static final Path FINDS = Path.of("target", "fuzz");

  private Fuzz() {}

  /// AssertionError with the seed, or the file, that led to it.
  ///
  /// @param mutations how many, where Jazzer is not asked
  public static void run(String name, Class<? extends FuzzTarget> type, int mutations) {
    Path folder = Path.of("src", "test", "resources", "fuzz", name);
    List<byte[]> corpus = corpus(folder);
    FuzzTarget target = make(type);
    for (int i = 0; i < corpus.size(); i++) {
      check(target, corpus.get(i), name, "input " + i + " of the corpus");
    }
    if (SECONDS > 0) {
      jazzer(name, type, folder);
      return;
    }
    Mutations random = new Mutations(corpus, new Random(SEED), MAX_INPUT_BYTES);
    for (int round = 0; round < mutations * SCALE; round++) {
      check(target, random.next(), name, "-Dtest.seed=" + SEED + ", round " + round);
    }
  }

  static FuzzTarget make(Class<? extends FuzzTarget> type) {
    try {
      return type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }

  private static List<byte[]> corpus(Path folder) {
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no corpus in " + folder.toAbsolutePath(), e);
    }
    if (inputs.isEmpty()) {
      throw new IllegalStateException("no input in " + folder.toAbsolutePath());
    }
    return inputs;
  }

  private static void check(FuzzTarget target, byte[] input, String name, String which) {
    try {
      check(target, input);
    } catch (Throwable e) {
      Path find = FINDS.resolve(name + "-" + Integer.toHexString(java.util.Arrays.hashCode(input)));
      try {
        Files.createDirectories(FINDS);
        Files.write(find, input);
      } catch (IOException io) {
        e.addSuppressed(io);
      }
      throw new AssertionError(
          "%s, %s, kept in %s: %s".formatted(name, which, find, excerpt(input)), e);
    }
  }

  private static String excerpt(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    return text.length() <= 500 ? text : text.substring(0, 500) + "...";
  }

  /// Passes where the input was taken or refused as the user's mistake, for a bounded price.
  static void check(FuzzTarget target, byte[] input) throws Exception {
    // At first classes may be loaded too, which Jazzer rewrites: the second time counts.
    if (allocated(target, input) > MAX_ALLOCATED_BYTES) {
      long bytes = allocated(target, input);
      if (bytes > MAX_ALLOCATED_BYTES) {
        throw new IllegalStateException(
            "allocated %d bytes for an input of %d".formatted(bytes, input.length));
      }
    }
  }

  private static long allocated(FuzzTarget target, byte[] input) throws Exception {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    try {
      target.take(input);
    } catch (TytoException e) {
      if (e.code().type() != ErrorCode.Type.USER) {
        throw e;
      }
    }
    return thread.getCurrentThreadAllocatedBytes() - before;
  }

  private static void jazzer(String name, Class<? extends FuzzTarget> type, Path folder) {
    try {
      Path found = Files.createDirectories(FINDS.resolve(name));
      Path log = FINDS.resolve(name + ".log");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(flag -> flag.startsWith("--"))
          .forEach(command::add);
      command.addAll(
          List.of(
              "-ea",
              "-Xmx2g",
              "-XX:+EnableDynamicAgentLoading",
              "-cp",
              System.getProperty("java.class.path"),
              "com.code_intelligence.jazzer.Jazzer",
              "--target_class=" + JazzerEntry.class.getName(),
              "--target_args=" + type.getName(),
              "--instrumentation_includes=io.tyto.**:graphql.**",
              "--custom_hook_excludes=io.tyto.testkit.**",
              "-max_total_time=" + SECONDS,
              "-max_len=" + MAX_INPUT_BYTES,
              "-timeout=60",
              "-rss_limit_mb=4096",
              "-artifact_prefix=" + FINDS.resolve(name) + "-",
              found.toString(),
              folder.toString()));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(SECONDS + GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(name + ": Jazzer did not end; see " + log);
      }
      if (process.exitValue() != 0) {
        throw new AssertionError(name + ": Jazzer found something; see " + log.toAbsolutePath());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Jazzer ran", e);
    }
  }
}
