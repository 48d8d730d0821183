package io.tyto.ingest.nats;

import java.time.Duration;

/// How NATS is reached.
///
/// @param servers such as `nats://host:4222`, several with commas
/// @param credentials file with a user's JWT and key; empty: none are needed
/// @param deadline of every call
public record NatsOptions(String servers, String credentials, Duration deadline) {}
