package io.tyto.server.settings;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.StoreHome;
import io.tyto.store.s3.S3Credentials;
import io.tyto.store.s3.S3Location;
import io.tyto.store.s3.S3Patience;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The data folder that settings name, and where its objects lie.
public final class StoreSettings {
  static final String FILE = "file";
  private static final String DEFAULT_REGION = "us-east-1";

  private StoreSettings() {}

  /// The folder as commands see it. CONFIG_INVALID.
  public static DataFolder folder(Settings settings) {
    return folder(settings, null);
  }

  /// The folder of a process.
  ///
  /// @param node null: it shares its partitions with nobody
  public static DataFolder folder(Settings settings, @Nullable String node) {
    return new DataFolder(settings.path(Setting.DATA), node, home(settings));
  }

  /// CONFIG_INVALID where a bucket is not named as it must be, or credentials are missing.
  public static StoreHome home(Settings settings) {
    return home(settings, System.getenv());
  }

  /// @param environment where credentials are, and what settings leave open
  static StoreHome home(Settings settings, Map<String, String> environment) {
    String store = settings.text(Setting.STORE);
    if (store.equals(FILE)) {
      return StoreHome.FILES;
    }
    String endpoint =
        first(
            settings.text(Setting.S3_ENDPOINT),
            environment.get("AWS_ENDPOINT_URL_S3"),
            environment.get("AWS_ENDPOINT_URL"));
    String region =
        first(
            settings.text(Setting.S3_REGION),
            environment.get("AWS_REGION"),
            environment.get("AWS_DEFAULT_REGION"));
    return new StoreHome.Bucket(
        S3Location.of(
            store,
            endpoint.isEmpty() ? null : endpoint,
            region.isEmpty() ? DEFAULT_REGION : region),
        S3Credentials.from(environment),
        S3Patience.USUAL,
        settings.number(Setting.CACHE_SEGMENTS));
  }

  private static String first(@Nullable String... values) {
    for (String value : values) {
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return "";
  }
}
