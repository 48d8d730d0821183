package io.tyto.gateway.limits;

import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LimitService;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Lets queries begin within the limits of their callers: each is charged what it is estimated at,
/// gets a place in its lane, and has returned to it what it did not take. Thread-safe.
///
/// Limits are those of one process: a fleet gives each process its share.
public final class CostGate implements QueryGate, LimitService {
  /// Callers and projects whose use is remembered; those who used nothing for long go first.
  private static final int MAX_ACCOUNTS = 20_000;

  private static final int MIN_SCANS = 4;
  private static final int CUBES = 64;
  private static final int MAX_WAITING = 1_000;

  private final Limits limits;
  private final Lanes lanes;
  private final InstantSource clock;
  private final LongSupplier nanos;

  // Guarded by itself.
  private final LinkedHashMap<String, Account> accounts = new LinkedHashMap<>(16, 0.75f, true);

  /// What callers may use, as the rules are now.
  ///
  /// @param ofCaller by the name of the class
  /// @param ofProject of all callers of a project together
  public record Limits(
      Function<String, LimitClass> ofCaller, Function<String, LimitClass> ofProject) {
    /// Where nobody is limited but by what the server can do at once.
    public static final Limits NONE = new Limits(LimitClass::none, LimitClass::none);
  }

  /// Scans at once that this machine has use for: more would only take turns on the same cores,
  /// each with memory of its own.
  public static int scansOfMachine() {
    return Math.max(MIN_SCANS, 2 * Runtime.getRuntime().availableProcessors());
  }

  /// @param scans that run at once
  public CostGate(Limits limits, int scans, InstantSource clock) {
    this(limits, scans, CUBES, MAX_WAITING, clock, System::nanoTime);
  }

  /// @param scans that run at once, likewise `cubes`
  /// @param maxWaiting queries in each lane
  CostGate(
      Limits limits,
      int scans,
      int cubes,
      int maxWaiting,
      InstantSource clock,
      LongSupplier nanos) {
    this.limits = limits;
    this.lanes = new Lanes(scans, cubes, maxWaiting);
    this.clock = clock;
    this.nanos = nanos;
  }

  @Override
  public Pass enter(QueryContext context, Estimate estimate) {
    Caller caller = context.payer();
    LimitClass own = limits.ofCaller().apply(caller.limits());
    Charge charge = new Charge(context, own);
    charge.begin(estimate);
    try {
      lanes.enter(estimate.lane(), caller.id(), own.concurrentQueries(), context);
    } catch (RuntimeException | Error e) {
      charge.settle(0);
      throw e;
    }
    return new Running(charge, estimate.lane(), caller.id());
  }

  @Override
  public Use use(Caller caller) {
    LimitClass own = limits.ofCaller().apply(caller.limits());
    Account account = account(caller.id());
    double left = account.level(own, nanos.getAsLong(), clock.instant());
    return new Use(own, left, account.usedToday(), lanes.running(caller.id()));
  }

  /// Queries that run in a lane.
  public int running(Lane lane) {
    return lanes.running(lane);
  }

  /// Queries that wait for a lane.
  public int waiting(Lane lane) {
    return lanes.waiting(lane);
  }

  private Account account(String key) {
    synchronized (accounts) {
      Account account = accounts.computeIfAbsent(key, _ -> new Account());
      if (accounts.size() > MAX_ACCOUNTS) {
        Map.Entry<String, Account> eldest = accounts.firstEntry();
        accounts.remove(eldest.getKey());
      }
      return account;
    }
  }

  /// What one query was charged.
  private final class Charge {
    private final QueryContext context;
    private final LimitClass own;
    private final Account account;
    private final Account ofProject;
    private double charged;

    Charge(QueryContext context, LimitClass own) {
      this.context = context;
      this.own = own;
      Caller caller = context.payer();
      this.account = account(caller.id());
      this.ofProject = account("project " + caller.project());
    }

    void begin(Estimate estimate) {
      double cost = estimate.cost();
      requireAllowed(cost);
      pay(account, cost, own, "these credentials");
      try {
        LimitClass quota = limits.ofProject().apply(context.payer().project());
        pay(ofProject, cost, quota, "all of this project");
      } catch (RuntimeException e) {
        account.add(-cost);
        throw e;
      }
      context.estimate(cost);
      note(cost);
    }

    private void pay(Account payer, double cost, LimitClass limits, String whose) {
      Duration wait = payer.charge(cost, limits, nanos.getAsLong(), clock.instant());
      if (wait.isPositive()) {
        throw new RetryLaterException(
            ErrorCode.RATE_LIMITED,
            "the query is estimated at a cost of %.2f, and %s have used up what they may for now: come back in %d s, or ask for less (a narrower range, fewer columns, a cube)"
                .formatted(cost, whose, Math.max(1, wait.toSeconds())),
            wait);
      }
    }

    /// A further scan of the same query: it has begun, so it goes on, into debt if need be.
    void more(Estimate estimate) {
      double cost = estimate.cost();
      requireAllowed(charged + cost);
      account.add(cost);
      ofProject.add(cost);
      context.estimate(cost);
      note(cost);
    }

    private void requireAllowed(double cost) {
      if (cost > own.costPerQuery()) {
        throw new TytoException(
            ErrorCode.COST_LIMIT_EXCEEDED,
            "the query is estimated at a cost of %.2f, and one query may cost %.2f: narrow the range, select fewer measures, or group so that a cube serves"
                .formatted(cost, own.costPerQuery()));
      }
    }

    private void note(double cost) {
      charged += cost;
      context.charge(cost);
    }

    /// @param cost that it took indeed
    void settle(double cost) {
      double over = cost - charged;
      account.add(over);
      ofProject.add(over);
      note(over);
    }
  }

  /// A query that has begun. Not called by two threads at once.
  private final class Running implements Pass {
    private final Charge charge;
    private final Lane lane;
    private final String caller;

    Running(Charge charge, Lane lane, String caller) {
      this.charge = charge;
      this.lane = lane;
      this.caller = caller;
    }

    @Override
    public void more(Estimate estimate) {
      charge.more(estimate);
    }

    @Override
    public void leave(double cost) {
      charge.settle(cost);
      lanes.leave(lane, caller);
    }
  }
}
