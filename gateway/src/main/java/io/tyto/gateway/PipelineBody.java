package io.tyto.gateway;

import io.tyto.model.port.AdminService.PipelineField;
import io.tyto.model.port.AdminService.PipelineStatus;
import io.tyto.model.port.AdminService.PipelineStep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pipeline in the reply of `/v1/status`.
final class PipelineBody {
  private PipelineBody() {}

  static Map<String, Object> of(PipelineStatus pipeline) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("steps", pipeline.steps().stream().map(PipelineBody::of).toList());
    body.put(
        "plugins",
        pipeline.plugins().stream()
            .map(jar -> Map.of("file", jar.file(), "provides", jar.provides()))
            .toList());
    return body;
  }

  private static Map<String, @Nullable Object> of(PipelineStep step) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("position", step.position());
    body.put("enricher", step.enricher());
    body.put("dataVersion", step.dataVersion());
    body.put("reads", fields(step.reads()));
    body.put("adds", fields(step.adds()));
    body.put("collections", step.collections());
    body.put("calls", step.calls());
    body.put("hits", step.hits());
    body.put("failures", step.failures());
    body.put("microsPerCall", step.microsPerCall());
    body.put("lastFailure", step.lastFailure());
    return body;
  }

  private static List<Map<String, String>> fields(List<PipelineField> fields) {
    return fields.stream()
        .map(field ->
            Map.of("name", field.name(), "type", field.type(), "description", field.description()))
        .toList();
  }
}
