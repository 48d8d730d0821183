package io.tyto.perf;

import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.AggregateQuery.Wants;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Plain questions, and the clock that times them.
final class Questions {
  private Questions() {}

  /// Groups ordered by the last measure, most first; at most ten.
  static AggregateQuery topTen(
      String collection, @Nullable Filter where, @Nullable String key, Measure... measures) {
    List<Measure> list = List.of(measures);
    return new AggregateQuery(
        collection,
        TimeInterval.ALL_TIME,
        where,
        key == null ? List.of() : List.of(new GroupKey.Dimension(key)),
        list,
        null,
        key == null
            ? List.of()
            : List.of(
                new Order.ByMeasure(list.getLast(), Direction.DESC, AggregateQuery.Basis.CURRENT),
                new Order.ByKey(0, Direction.ASC)),
        null,
        null,
        false,
        null,
        null,
        Wants.ROWS,
        10,
        0,
        null,
        "");
  }

  static Filter equal(String column, Object value) {
    return new Filter.Compare(column, Filter.Op.EQ, value, false);
  }

  static AggregateResult ask(QueryService service, AggregateQuery query) {
    return service.aggregate(query, new QueryContext("perf", Duration.ofMinutes(2), 4L << 30));
  }

  /// Milliseconds: the median of the runs after as many to warm up.
  static double median(int runs, Supplier<?> work) {
    double[] millis = new double[runs];
    for (int run = -runs; run < runs; run++) {
      millis[Math.max(run, 0)] = millis(work);
    }
    Arrays.sort(millis);
    return millis[runs / 2];
  }

  /// CPU time of this thread, which tells nothing of others' work on the machine.
  static double cpuMillis(Supplier<?> work) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    Folders.require(work.get() != null, "the work must have a result");
    return (threads.getCurrentThreadCpuTime() - began) / 1e6;
  }

  static double millis(Supplier<?> work) {
    long began = System.nanoTime();
    Folders.require(work.get() != null, "the work must have a result");
    return (System.nanoTime() - began) / 1e6;
  }
}
