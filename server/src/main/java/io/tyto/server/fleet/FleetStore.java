package io.tyto.server.fleet;

import io.tyto.broker.BucketProcess;
import io.tyto.server.settings.Setting;
import java.nio.file.Path;
import java.util.Map;

/// Where the processes of a fleet have their segments and manifests. Immutable.
public sealed interface FleetStore {
  /// What the settings of a process say of it.
  Map<Setting, String> settings(String name);

  /// What the environment of all processes says of it.
  Map<String, String> environment();

  /// A folder that all of them share.
  record Folder(Path data) implements FleetStore {
    @Override
    public Map<Setting, String> settings(String name) {
      return Map.of(Setting.DATA, data.toString());
    }

    @Override
    public Map<String, String> environment() {
      return Map.of();
    }
  }

  /// A bucket that all of them share, beside a folder of its own for each.
  ///
  /// @param folders of the processes' own
  /// @param prefix of its objects
  record Bucket(BucketProcess server, Path folders, String prefix) implements FleetStore {
    @Override
    public Map<Setting, String> settings(String name) {
      return Map.of(
          Setting.DATA,
          folders.resolve(name).toString(),
          Setting.STORE,
          "s3://" + BucketProcess.BUCKET + "/" + prefix,
          Setting.S3_ENDPOINT,
          server.endpoint(),
          Setting.S3_REGION,
          BucketProcess.REGION);
    }

    @Override
    public Map<String, String> environment() {
      return BucketProcess.credentials();
    }
  }
}
