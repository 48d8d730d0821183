package io.tyto.server;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;

/// Settings -> how HTTP is spoken.
final class HttpSettings {
  private HttpSettings() {}

  static HttpOptions of(Settings settings) {
    return HttpOptions.DEFAULT.withProfile(profile(settings.text(Setting.HTTP_PROFILE)));
  }

  private static HttpProfile profile(String word) {
    for (HttpProfile profile : HttpProfile.values()) {
      if (profile.word().equals(word)) {
        return profile;
      }
    }
    throw new IllegalStateException("setting http.profile was not checked: " + word);
  }
}
