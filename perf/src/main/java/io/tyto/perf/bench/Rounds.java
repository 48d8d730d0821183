package io.tyto.perf.bench;

import io.tyto.model.result.ResultColumn;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Asks the questions, first for right answers, then for times, Tyto and DuckDB in turns.
final class Rounds {
  /// A question is timed anew where others took more of a core than this meanwhile.
  private static final double DISTURBED = 0.10;

  private static final int ATTEMPTS = 3;

  private final TytoStore tyto;
  private final @Nullable DuckFile duck;
  private final Machine machine;
  private final PrintWriter out;
  private final Plan plan;

  /// @param settling times that Tyto is asked the whole set before anything is timed: the JVM
  ///   compiles what runs often, as it has done in a server that is up for a while
  /// @param warmups of each question before its timed runs
  record Plan(int settling, int warmups, int runs) {}

  Rounds(TytoStore tyto, @Nullable DuckFile duck, Machine machine, PrintWriter out, Plan plan) {
    this.tyto = tyto;
    this.duck = duck;
    this.machine = machine;
    this.out = out;
    this.plan = plan;
  }

  /// A question compiled, and what is wrong with its answer.
  ///
  /// @param isAnswered false where the engine failed
  private record Checked(
      Question question, List<Ask> asks, boolean isAnswered, @Nullable String wrong) {}

  Comparison run(List<Question> questions, PeersFile peers, int threads) throws SQLException {
    List<Checked> checked = new ArrayList<>();
    for (Question question : questions) {
      checked.add(check(question));
    }
    for (int round = 0; round < plan.settling(); round++) {
      checked.stream().filter(Checked::isAnswered).forEach(each -> tyto.ask(each.asks()));
    }
    List<Comparison.Row> rows = new ArrayList<>();
    for (Checked each : checked) {
      rows.add(time(each));
      progress(rows.size(), checked.size());
    }
    return Comparison.of(rows, peers, threads);
  }

  private void progress(int done, int all) {
    if (System.console() != null) {
      out.printf("\r%d of %d questions%s", done, all, done == all ? "\r" : "");
      out.flush();
    }
  }

  private Checked check(Question question) throws SQLException {
    List<Ask> asks = tyto.compile(question);
    List<List<ResultColumn>> answers;
    try {
      answers = tyto.ask(asks);
    } catch (RuntimeException e) {
      return new Checked(question, asks, false, "failed: " + e.getMessage());
    }
    String wrong = null;
    for (int i = 0; duck != null && wrong == null && i < answers.size(); i++) {
      Question.Part part = question.parts().get(i);
      Answer expected = duck.answer(Objects.requireNonNullElse(part.exact(), part.sql()));
      double tolerance = part.exact() == null ? 0 : Answer.APPROXIMATE;
      wrong = expected.difference(Answer.of(answers.get(i)), tolerance);
    }
    return new Checked(question, asks, true, wrong);
  }

  private Comparison.Row time(Checked checked) {
    Comparison.Row best = timeOnce(checked);
    for (int i = 1; i < ATTEMPTS && best.foreignCores() > DISTURBED; i++) {
      Comparison.Row again = timeOnce(checked);
      best = again.foreignCores() < best.foreignCores() ? again : best;
    }
    return best;
  }

  private Comparison.Row timeOnce(Checked checked) {
    machine.awaitQuiet();
    Machine.Load before = Machine.Load.now();
    DuckFile peer = duck;
    return new Comparison.Row(
        checked.question(),
        checked.isAnswered()
            ? Times.of(plan.warmups(), plan.runs(), () -> cells(tyto.ask(checked.asks())))
            : null,
        peer == null
            ? null
            : Times.of(plan.warmups(), plan.runs(), () -> peer.ask(checked.question())),
        OptionalDouble.empty(),
        before.foreignCores(),
        checked.wrong());
  }

  /// Reads every cell, as a caller does.
  private static Long cells(List<List<ResultColumn>> answers) {
    long cells = 0;
    for (List<ResultColumn> answer : answers) {
      for (ResultColumn column : answer) {
        for (int row = 0; row < column.size(); row++) {
          cells += column.value(row) == null ? 0 : 1;
        }
      }
    }
    return cells;
  }
}
