package io.tyto.server.cli;

import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.Verdict;
import java.io.PrintWriter;

/// The plan of a config change, as a person reads it.
final class PlanText {
  private PlanText() {}

  static void print(ConfigPlan plan, PrintWriter out) {
    for (CollectionPlan collection : plan.collections()) {
      out.println(head(collection));
      for (ConfigChange change : collection.changes()) {
        out.println("  " + sign(change.verdict()) + " " + change.what());
        out.println("      " + change.consequence());
      }
    }
    out.flush();
  }

  private static String head(CollectionPlan plan) {
    if (plan.fromVersion() == 0) {
      return plan.collection() + ": new" + refused(plan);
    }
    if (plan.verdict() == Verdict.UNCHANGED) {
      return "%s: version %d, unchanged".formatted(plan.collection(), plan.fromVersion());
    }
    return "%s: version %d -> %d, %s"
        .formatted(plan.collection(), plan.fromVersion(), plan.toVersion(), words(plan.verdict()));
  }

  private static String refused(CollectionPlan plan) {
    return plan.verdict() == Verdict.BREAKING ? ", " + words(Verdict.BREAKING) : "";
  }

  private static String words(Verdict verdict) {
    return switch (verdict) {
      case UNCHANGED -> "unchanged";
      case COMPATIBLE -> "compatible";
      case REWRITE -> "compatible with a rewrite in the background";
      case BREAKING -> "BREAKING, nothing of it is applied";
    };
  }

  private static char sign(Verdict verdict) {
    return switch (verdict) {
      case UNCHANGED -> ' ';
      case COMPATIBLE -> '+';
      case REWRITE -> '~';
      case BREAKING -> '!';
    };
  }
}
