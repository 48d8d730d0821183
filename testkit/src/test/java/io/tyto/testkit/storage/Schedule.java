package io.tyto.testkit.storage;

import io.tyto.testkit.storage.MemoryStore.Fate;
import io.tyto.testkit.storage.MemoryStore.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Tries every order in which actors can make their store calls, and every call at which an answer
/// or the call itself gets lost: one run after the other, each determined by its list of choices.
///
/// Actors run on threads of their own, but only one moves at a time, from one store call to the
/// next.
final class Schedule {
  /// One actor's whole life.
  record Actor(Runnable life) {}

  /// Actors and what must hold once all have ended.
  record Trial(List<Actor> actors, Runnable check) {}

  /// @param failures choices and error of the first few runs that failed
  record Explored(long runs, List<String> failures) {}

  /// Where actors get their network from, by their place in the list.
  interface Networks {
    Network of(int actor);
  }

  private static final int NOBODY = -1;
  private static final int SHOWN_FAILURES = 3;
  private static final Fate[] FATES = {Fate.ANSWERED, Fate.ANSWER_LOST, Fate.DROPPED};

  /// Choices of this run: `chosen[i]` of `limits[i]`; beyond the given prefix the first of each.
  private final List<Integer> chosen;

  private final Predicate<String> isPoint;
  private final List<Integer> limits = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final Semaphore toScheduler = new Semaphore(0);
  private final List<Semaphore> toActor = new ArrayList<>();
  private int at;
  private int faultsLeft;
  private volatile int running = NOBODY;
  private volatile boolean hasEnded;
  private volatile @Nullable Throwable failure;

  private Schedule(List<Integer> prefix, int faults, Predicate<String> isPoint) {
    this.isPoint = isPoint;
    this.chosen = new ArrayList<>(prefix);
    this.faultsLeft = faults;
  }

  /// @param faults how many calls of a run may go wrong
  /// @param trials makes a fresh trial for each run
  /// @param isPoint whether the order of this call among the others' can matter; reads of what
  ///   never changes need not be tried in every order
  static Explored exploreAll(
      int faults, Predicate<String> isPoint, Function<Networks, Trial> trials) {
    List<String> failures = new ArrayList<>();
    List<Integer> prefix = List.of();
    long runs = 0;
    while (prefix != null) {
      Schedule schedule = new Schedule(prefix, faults, isPoint);
      Throwable error = schedule.run(trials);
      runs++;
      if (error != null && failures.size() < SHOWN_FAILURES) {
        failures.add(error + " after " + schedule.trace);
      }
      prefix = schedule.next();
    }
    return new Explored(runs, failures);
  }

  /// The choices of the run after this one in depth-first order, or null after the last.
  private @Nullable List<Integer> next() {
    for (int i = at - 1; i >= 0; i--) {
      if (chosen.get(i) + 1 < limits.get(i)) {
        List<Integer> next = new ArrayList<>(chosen.subList(0, i));
        next.add(chosen.get(i) + 1);
        return next;
      }
    }
    return null;
  }

  private int choose(int limit) {
    if (at == chosen.size()) {
      chosen.add(0);
    }
    limits.add(limit);
    return chosen.get(at++);
  }

  private @Nullable Throwable run(Function<Networks, Trial> trials) {
    Trial trial = trials.apply(actor -> call -> deliver(actor, call));
    List<Integer> alive = new ArrayList<>();
    for (int i = 0; i < trial.actors().size(); i++) {
      toActor.add(new Semaphore(0));
      start(i, trial.actors().get(i));
      alive.add(i);
    }
    while (!alive.isEmpty()) {
      int actor = alive.get(alive.size() == 1 ? 0 : choose(alive.size()));
      resume(actor);
      if (hasEnded) {
        alive.remove(Integer.valueOf(actor));
      }
    }
    if (failure == null) {
      try {
        trial.check().run();
      } catch (AssertionError | RuntimeException e) {
        return e;
      }
    }
    return failure;
  }

  private void start(int actor, Actor what) {
    Thread.ofVirtual()
        .start(() -> {
          toActor.get(actor).acquireUninterruptibly();
          try {
            what.life().run();
          } catch (Throwable e) {
            failure = e;
          }
          hasEnded = true;
          toScheduler.release();
        });
  }

  /// Lets an actor run up to its next store call, or to its end.
  private void resume(int actor) {
    hasEnded = false;
    running = actor;
    toActor.get(actor).release();
    toScheduler.acquireUninterruptibly();
  }

  private Fate deliver(int actor, String call) {
    if (running == NOBODY) {
      // The trial is still being set up.
      return Fate.ANSWERED;
    }
    if (running != actor) {
      throw new IllegalStateException("actor " + actor + " moves out of turn");
    }
    if (!isPoint.test(call)) {
      return Fate.ANSWERED;
    }
    // The call is about to be made: others may go first.
    toScheduler.release();
    toActor.get(actor).acquireUninterruptibly();
    Fate fate = Fate.ANSWERED;
    if (faultsLeft > 0) {
      fate = FATES[choose(FATES.length)];
      faultsLeft -= fate == Fate.ANSWERED ? 0 : 1;
    }
    trace.add(actor + ":" + call + (fate == Fate.ANSWERED ? "" : " " + fate));
    return fate;
  }
}
