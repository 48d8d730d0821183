package io.tyto.perf.bench;

import io.tyto.model.result.ResultColumn;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Asks the questions, first for right answers, then for times, Tyto and DuckDB in turns.
final class Rounds {
  /// A question is timed anew where others took more of a core than this meanwhile.
  private static final double DISTURBED = 0.10;

  /// How long each settling round goes on over HTTP, whose requests are short.
  private static final Duration HTTP_SETTLING = Duration.ofSeconds(5);

  private final TytoStore tyto;
  private final @Nullable DuckFile duck;
  private final @Nullable HttpAsker http;
  private final Machine machine;
  private final PrintWriter out;
  private final Plan plan;

  /// @param settling times that Tyto is asked the whole set before anything is timed: the JVM
  ///   compiles what runs often, as it has done in a server that is up for a while
  /// @param warmups of each question before its timed runs
  /// @param attempts at timing a question while others disturb
  record Plan(int settling, int warmups, int runs, int attempts) {}

  /// @param duck null: ours alone
  /// @param http null: in process alone
  Rounds(
      TytoStore tyto,
      @Nullable DuckFile duck,
      @Nullable HttpAsker http,
      Machine machine,
      PrintWriter out,
      Plan plan) {
    this.tyto = tyto;
    this.duck = duck;
    this.http = http;
    this.machine = machine;
    this.out = out;
    this.plan = plan;
  }

  /// A question compiled, and what is wrong with its answer.
  ///
  /// @param answerRows -1 where the engine failed
  private record Checked(
      Question question, List<Ask> asks, int answerRows, @Nullable String wrong) {
    boolean isAnswered() {
      return answerRows >= 0;
    }
  }

  List<Comparison.Row> run(List<Question> questions) throws SQLException {
    List<Checked> checked = new ArrayList<>();
    for (Question question : questions) {
      checked.add(check(question));
    }
    settle(checked.stream().filter(Checked::isAnswered).toList());
    List<Comparison.Row> rows = new ArrayList<>();
    for (Checked each : checked) {
      rows.add(time(each));
      progress(rows.size(), checked.size());
    }
    return rows;
  }

  private void settle(List<Checked> answered) {
    for (int round = 0; round < plan.settling(); round++) {
      answered.forEach(each -> tyto.ask(each.asks()));
    }
    long until = System.nanoTime() + plan.settling() * HTTP_SETTLING.toNanos();
    while (http != null && !answered.isEmpty() && System.nanoTime() < until) {
      answered.forEach(each -> http.ask(HttpAsker.request(each.question().document(tyto.root()))));
    }
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
      if (http != null) {
        http.check(HttpAsker.request(question.document(tyto.root())));
      }
    } catch (RuntimeException e) {
      return new Checked(question, asks, -1, "failed: " + e);
    }
    String wrong = null;
    int rows = 0;
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = Answer.of(answers.get(i));
      rows += answer.rows().size();
      if (duck != null && wrong == null) {
        Question.Part part = question.parts().get(i);
        Answer expected = duck.answer(Objects.requireNonNullElse(part.exact(), part.sql()));
        wrong = expected.difference(answer, part.exact() == null ? 0 : Answer.APPROXIMATE);
      }
    }
    return new Checked(question, asks, rows, wrong);
  }

  private Comparison.Row time(Checked checked) {
    Comparison.Row best = timeOnce(checked);
    for (int i = 1; i < plan.attempts() && best.foreignCores() > DISTURBED; i++) {
      Comparison.Row again = timeOnce(checked);
      best = again.foreignCores() < best.foreignCores() ? again : best;
    }
    return best;
  }

  private Comparison.Row timeOnce(Checked checked) {
    machine.awaitQuiet();
    Machine.Load before = Machine.Load.now();
    DuckFile peer = duck;
    Question question = checked.question();
    return new Comparison.Row(
        question,
        checked.answerRows(),
        checked.isAnswered()
            ? Times.of(plan.warmups(), plan.runs(), () -> cells(tyto.ask(checked.asks())))
            : null,
        checked.isAnswered() ? overHttp(question) : null,
        peer == null ? null : Times.of(plan.warmups(), plan.runs(), () -> peer.ask(question)),
        OptionalDouble.empty(),
        before.foreignCores(),
        checked.wrong());
  }

  private @Nullable Times overHttp(Question question) {
    HttpAsker asker = http;
    if (asker == null) {
      return null;
    }
    byte[] request = HttpAsker.request(question.document(tyto.root()));
    return Times.of(plan.warmups(), plan.runs(), () -> asker.ask(request));
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
