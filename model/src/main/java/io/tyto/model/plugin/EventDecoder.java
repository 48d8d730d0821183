package io.tyto.model.plugin;

/// Turns the bytes of events into values. Not thread-safe.
///
/// Every byte is hostile: a decoder allocates no more than a small multiple of what it is given,
/// nests no deeper than its data need, and comes to an end.
public interface EventDecoder {

  /// The event in `data[from, to)`, which is only read and not kept. The same bytes always give the
  /// same values, because a log is read again after a crash.
  ///
  /// UndecodableException where these bytes will never be an event: it becomes a dead letter.
  /// {@link io.tyto.model.error.TytoException} with LOG_UNAVAILABLE where something that is needed
  /// does not answer now: nothing is lost, the event is tried again.
  DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException;
}
