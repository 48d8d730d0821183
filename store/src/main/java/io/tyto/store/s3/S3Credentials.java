package io.tyto.store.s3;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who signs requests. Its text never shows the secrets. Immutable.
///
/// @param sessionToken of temporary credentials; null for lasting ones
public record S3Credentials(String accessKeyId, String secretKey, @Nullable String sessionToken) {
  private static final String ID = "AWS_ACCESS_KEY_ID";
  private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
  private static final String TOKEN = "AWS_SESSION_TOKEN";

  /// From the variables that all tools for S3 read; CONFIG_INVALID where one is missing.
  ///
  /// @param environment such as {@link System#getenv()}
  public static S3Credentials from(Map<String, String> environment) {
    String token = environment.getOrDefault(TOKEN, "");
    return new S3Credentials(
        required(environment, ID), required(environment, SECRET), token.isEmpty() ? null : token);
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "A store in S3 needs credentials, and the environment variable %s is not set. Set %s and %s, and %s for temporary ones."
              .formatted(name, ID, SECRET, TOKEN));
    }
    return value;
  }

  @Override
  public String toString() {
    return "S3Credentials[" + accessKeyId + "]";
  }
}
