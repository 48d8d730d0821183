package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The shape of every error body: that of a GraphQL response, so that clients need one parser.
public final class ErrorBody {
  private ErrorBody() {}

  public static Map<String, Object> of(ErrorCode code, String message) {
    return Map.of("errors", errors(code, message));
  }

  /// What stands under `errors`.
  public static List<Map<String, Object>> errors(ErrorCode code, String message) {
    Map<String, Object> extensions = new LinkedHashMap<>();
    extensions.put("code", code.name());
    extensions.put("retryable", code.isRetryable());
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", message);
    error.put("extensions", extensions);
    return List.of(error);
  }
}
