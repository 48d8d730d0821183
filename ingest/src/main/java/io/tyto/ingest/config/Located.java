package io.tyto.ingest.config;

/// A text of a config file and where it stands.
///
/// @param key path of its key, such as `fields.amount.type`
record Located(String value, int line, String key) {}
