package io.tyto.broker;

import java.io.IOException;

/// What the child processes have in common towards who started them.
public final class Parent {
  /// First word of the line on standard output that tells that the child answers.
  static final String READY = "READY";

  private Parent() {}

  /// Ends this process when its standard input ends, which it does with whoever holds its other
  /// end.
  public static void dieWith() {
    Thread.ofPlatform().daemon().name("parent-watch").start(Parent::watch);
  }

  private static void watch() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes here: only the end counts.
      }
    } catch (IOException _) {
      // A broken pipe is the same news.
    }
    Runtime.getRuntime().halt(1);
  }
}
