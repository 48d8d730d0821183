package io.tyto.ingest.nats;

import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource.Topic;

/// One stream. What its readers give was confirmed already: see {@link StreamReader}.
final class StreamLog implements EventLog {
  private final NatsSource source;
  private final NatsLink link;
  private final Topic topic;

  StreamLog(NatsSource source, NatsLink link, Topic topic) {
    this.source = source;
    this.link = link;
    this.topic = topic;
  }

  @Override
  public String logId() {
    return source.logId(topic, 0);
  }

  @Override
  public long beginning() {
    return NatsSource.beginning(source.state(topic));
  }

  @Override
  public long stableEnd() {
    return NatsSource.end(source.state(topic));
  }

  @Override
  public LogReader read(long from) {
    return new StreamReader(source, link, topic, from);
  }

  @Override
  public void close() {}
}
