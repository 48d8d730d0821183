package io.tyto.server;

import io.tyto.gateway.document.DocumentOptions;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.http.ConnectionLimits;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.gateway.http.TlsFiles;
import io.tyto.ingest.DataFolder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Settings -> how HTTP is spoken.
final class HttpSettings {
  private HttpSettings() {}

  static HttpOptions of(Settings settings) {
    return HttpOptions.DEFAULT
        .withProfile(profile(settings.text(Setting.HTTP_PROFILE)))
        .withCorsOrigins(list(settings.text(Setting.HTTP_CORS_ORIGINS)))
        .withDocuments(documents(settings))
        .withConnections(connections(settings))
        .withTls(tls(settings))
        .withAdmin(admin(settings));
  }

  private static ConnectionLimits connections(Settings settings) {
    ConnectionLimits defaults = ConnectionLimits.DEFAULT;
    return new ConnectionLimits(
        defaults.headTimeout(),
        defaults.writeStall(),
        Math.toIntExact(settings.number(Setting.HTTP_ADDRESS_CONNECTIONS)));
  }

  private static @Nullable TlsFiles tls(Settings settings) {
    boolean hasCertificate = !settings.text(Setting.TLS_CERTIFICATE).isEmpty();
    if (hasCertificate == settings.text(Setting.TLS_KEY).isEmpty()) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "one of `tls.certificate` and `tls.key` is set: expected both, or none for clear text");
    }
    return hasCertificate
        ? new TlsFiles(settings.path(Setting.TLS_CERTIFICATE), settings.path(Setting.TLS_KEY))
        : null;
  }

  /// Where operators ask.
  static ListenAddress admin(Settings settings) {
    String admin = settings.text(Setting.ADMIN_LISTEN);
    return admin.equals("auto")
        ? ListenAddress.parse(settings.text(Setting.LISTEN)).beside()
        : ListenAddress.parse(admin);
  }

  private static DocumentOptions documents(Settings settings) {
    boolean hasFolder = !settings.text(Setting.HTTP_DOCUMENT_FOLDER).isEmpty();
    return new DocumentOptions(
        policy(settings.text(Setting.HTTP_DOCUMENTS)),
        hasFolder ? settings.path(Setting.HTTP_DOCUMENT_FOLDER) : null,
        new DataFolder(settings.path(Setting.DATA)).documents());
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
