package io.tyto.gateway.observe;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Traces of requests, to a collector of OpenTelemetry. Thread-safe.
///
/// A request goes on with the trace that its `traceparent` names. Whether it is sampled is decided
/// here by the trace's id, so that clients cannot have everything traced; they can only say no.
final class Traces implements AutoCloseable {
  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(10);
  private static final long CLOSE_SECONDS = 5;

  /// Spans that wait to be sent; more are dropped.
  private static final int MAX_WAITING = 4_096;

  private static final TextMapGetter<HttpServerRequest> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServerRequest request) {
          return List.of("traceparent", "tracestate");
        }

        @Override
        public @Nullable String get(@Nullable HttpServerRequest request, String key) {
          return request == null ? null : request.getHeader(key);
        }
      };

  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;

  private Traces(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("io.tyto");
  }

  static Traces of(ObserveOptions options) {
    if (options.traces().isEmpty()) {
      return new Traces(null);
    }
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(options.traces())
            .setTimeout(EXPORT_TIMEOUT)
            .build();
    return to(BatchSpanProcessor.builder(exporter).setMaxQueueSize(MAX_WAITING).build(), options);
  }

  /// The same to wherever the processor brings spans, which is closed with this.
  static Traces to(SpanProcessor processor, ObserveOptions options) {
    Resource resource =
        Resource.create(
            Attributes.of(
                AttributeKey.stringKey("service.name"),
                "tyto",
                AttributeKey.stringKey("service.version"),
                options.version()));
    return new Traces(
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(new Share(Sampler.traceIdRatioBased(options.traceRatio())))
            .addSpanProcessor(processor)
            .build());
  }

  /// Takes a share of the traces by their ids, and of each all or nothing; from outside only a no
  /// counts.
  private record Share(Sampler ratio) implements Sampler {
    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      SpanContext from = Span.fromContext(parent).getSpanContext();
      if (from.isValid() && !from.isSampled()) {
        return SamplingResult.drop();
      }
      return from.isValid() && !from.isRemote()
          ? SamplingResult.recordAndSample()
          : ratio.shouldSample(parent, traceId, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
      return "share " + ratio.getDescription();
    }
  }

  /// A request's span, which whoever asks for it ends; null where nothing is traced.
  @Nullable Span request(HttpServerRequest request) {
    return tracer == null
        ? null
        : tracer
            .spanBuilder(request.method().name())
            .setSpanKind(SpanKind.SERVER)
            .setParent(
                W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS))
            .setAttribute("http.request.method", request.method().name())
            .startSpan();
  }

  /// A part of what the parent stands for.
  ///
  /// @param parent null: it begins a trace of its own
  @Nullable Span within(@Nullable Span parent, String name) {
    if (tracer == null) {
      return null;
    }
    Context context = parent == null ? Context.root() : Context.root().with(parent);
    return tracer.spanBuilder(name).setParent(context).startSpan();
  }

  /// Sends what waits, for a few seconds at most.
  @Override
  public void close() {
    if (provider != null) {
      provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
