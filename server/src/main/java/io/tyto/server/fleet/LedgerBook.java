package io.tyto.server.fleet;

import io.tyto.engine.entity.KeyPlacement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Events of known amounts, and the proof that an answer counted each of them once. Filled by one
/// thread, read by many.
///
/// The events of a partition of the topic are a *lane*, numbered in the order in which they are
/// produced. An amount is 40 bits of a hash of the seed, so that two different sets of events of
/// the same size have the same sum by a chance of one in 2^40: a count and a sum say which events
/// were counted. **An answer is exact where, for each lane, some number n makes every group of it
/// equal to the same group of the first n events**: nothing is left out before n, nothing is
/// counted twice, and nothing behind n is counted.
public final class LedgerBook {
  static final int ITEMS = 8;

  /// Event times are spread over the minutes of one hour.
  static final int MINUTES = 60;

  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private static final int ACCOUNTS = 200;
  private static final int AMOUNT_SHIFT = 24;
  private static final int FIRST_ROOM = 1 << 12;

  private final long seed;
  private final List<Lane> lanes = new ArrayList<>();
  private long events;

  /// An event on its way.
  ///
  /// @param key of the record in the topic, the name of its account
  public record Event(int lane, int number, String key, byte[] payload) {}

  /// What an answer says of a group.
  public record Sum(long count, long amount) {
    static final Sum NOTHING = new Sum(0, 0);
  }

  /// The whole of a lane, or of the book.
  public record Total(long events, long amount) {}

  /// Of one lane: what was counted, if it is a prefix of it.
  ///
  /// @param least the smallest n that gives the answer
  /// @param most the greatest n that gives it
  /// @param problem why there is no such n, empty where there is
  record Prefix(int least, int most, String problem) {}

  private static final class Lane {
    private long[] amounts = new long[FIRST_ROOM];
    private byte[] items = new byte[FIRST_ROOM];
    private byte[] minutes = new byte[FIRST_ROOM];
    private int size;
    private int accepted;

    private synchronized int add(long amount, int item, int minute) {
      if (size == amounts.length) {
        // Readers keep the arrays that they have.
        amounts = Arrays.copyOf(amounts, 2 * size);
        items = Arrays.copyOf(items, 2 * size);
        minutes = Arrays.copyOf(minutes, 2 * size);
      }
      amounts[size] = amount;
      items[size] = (byte) item;
      minutes[size] = (byte) minute;
      return size++;
    }

    private synchronized Events events() {
      return new Events(size, amounts, items, minutes);
    }
  }

  /// A lane as it was.
  private record Events(int size, long[] amounts, byte[] items, byte[] minutes) {}

  /// @param lanes partitions of the topic
  public LedgerBook(int lanes, long seed) {
    this.seed = seed;
    for (int i = 0; i < lanes; i++) {
      this.lanes.add(new Lane());
    }
  }

  /// The config of the collection, fed by a topic. There is no event id in it: nothing hides a
  /// record that is read twice.
  public static String config(String topic) {
    return """
    collection: ledger
    description: Amounts that are known before they are sent
    time: ts
    entity: { name: account, key: account }
    fields:
      ts: { type: timestamp }
      id: { type: string }
      account: { type: string }
      lane: { type: string }
      seq: { type: long }
      item: { type: string }
      amount: { type: long }
    source: { kafka: { topic: %s, partitioner: murmur2 } }
    """
        .formatted(topic);
  }

  public int lanes() {
    return lanes.size();
  }

  /// Writes the next event into the book. It counts as produced from now on, for it may be answered
  /// before its topic has acknowledged it.
  public Event next() {
    long hash = hash(events++);
    String account = "a" + Long.remainderUnsigned(hash(hash), ACCOUNTS);
    byte[] key = account.getBytes(StandardCharsets.UTF_8);
    int lane = (int) (KeyPlacement.MURMUR2.ofText(key, 0, key.length) % lanes.size());
    long amount = hash >>> AMOUNT_SHIFT;
    int item = (int) (hash & ITEMS - 1);
    int minute = (int) Long.remainderUnsigned(hash >>> 3, MINUTES);
    int number = lanes.get(lane).add(amount, item, minute);
    String payload =
        String.format(
            Locale.ROOT,
            "{\"ts\":\"%s\",\"id\":\"%d-%d\",\"account\":\"%s\",\"lane\":\"%d\",\"seq\":%d,\"item\":\"i%d\",\"amount\":%d}",
            START.plusSeconds(60L * minute + number % 60),
            lane,
            number,
            account,
            lane,
            number,
            item,
            amount);
    return new Event(lane, number, account, payload.getBytes(StandardCharsets.UTF_8));
  }

  /// The topic has acknowledged it.
  public void accepted(Event event) {
    Lane lane = lanes.get(event.lane);
    synchronized (lane) {
      lane.accepted++;
    }
  }

  /// By lane, how many events their topic has acknowledged.
  public int[] accepted() {
    return lanes.stream()
        .mapToInt(lane -> {
          synchronized (lane) {
            return lane.accepted;
          }
        })
        .toArray();
  }

  /// All that was produced.
  public Total total() {
    long count = 0;
    long amount = 0;
    for (Lane lane : lanes) {
      Events events = lane.events();
      count += events.size;
      amount += Arrays.stream(events.amounts, 0, events.size).sum();
    }
    return new Total(count, amount);
  }

  /// Compares what an answer says of a lane with what was produced until now.
  ///
  /// @param answered by group of the question; one without rows may be absent
  Prefix compare(int number, LedgerQuestion question, Map<Integer, Sum> answered) {
    Events events = lanes.get(number).events();
    long[] counts = new long[ITEMS];
    long[] amounts = new long[ITEMS];
    int least = 0;
    int most = events.size;
    for (int n = 0; n < events.size; n++) {
      int group = question.group(events.items[n], events.minutes[n]);
      if (group < 0) {
        continue;
      }
      if (counts[group] < answered.getOrDefault(group, Sum.NOTHING).count) {
        counts[group]++;
        amounts[group] += events.amounts[n];
        least = n + 1;
      } else {
        most = Math.min(most, n);
      }
    }
    for (Map.Entry<Integer, Sum> one : new TreeMap<>(answered).entrySet()) {
      int group = one.getKey();
      Sum sum = one.getValue();
      if (sum.count != counts[group]) {
        return new Prefix(
            least,
            most,
            "lane %d, group %d: %d events were answered and %d produced"
                .formatted(number, group, sum.count, counts[group]));
      }
      if (sum.amount != amounts[group]) {
        return new Prefix(
            least,
            most,
            "lane %d, group %d: the sum of %d events is %d, that of the first as many is %d"
                .formatted(number, group, sum.count, sum.amount, amounts[group]));
      }
    }
    if (least > most) {
      return new Prefix(
          least,
          most,
          "lane %d: event %d was counted, and event %d before it was not"
              .formatted(number, least - 1, most));
    }
    return new Prefix(least, most, "");
  }

  /// SplitMix64.
  private long hash(long number) {
    long z = seed + (number + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
