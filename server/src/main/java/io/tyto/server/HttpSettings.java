package io.tyto.server;

import io.tyto.gateway.document.DocumentOptions;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.util.Arrays;
import java.util.List;

/// Settings -> how HTTP is spoken.
final class HttpSettings {
  private HttpSettings() {}

  static HttpOptions of(Settings settings) {
    return HttpOptions.DEFAULT
        .withProfile(profile(settings.text(Setting.HTTP_PROFILE)))
        .withCorsOrigins(list(settings.text(Setting.HTTP_CORS_ORIGINS)))
        .withDocuments(documents(settings));
  }

  private static DocumentOptions documents(Settings settings) {
    boolean hasFolder = !settings.text(Setting.HTTP_DOCUMENT_FOLDER).isEmpty();
    return new DocumentOptions(
        policy(settings.text(Setting.HTTP_DOCUMENTS)),
        hasFolder ? settings.path(Setting.HTTP_DOCUMENT_FOLDER) : null,
        settings.path(Setting.DATA).resolve("documents"));
  }

  private static DocumentPolicy policy(String word) {
    for (DocumentPolicy policy : DocumentPolicy.values()) {
      if (policy.word().equals(word)) {
        return policy;
      }
    }
    throw new IllegalStateException("setting http.documents was not checked: " + word);
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(one -> !one.isEmpty()).toList();
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
