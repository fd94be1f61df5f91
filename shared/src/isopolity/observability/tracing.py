"""Traces with OpenTelemetry: spans of requests, handlers and mails, joined across processes by `traceparent`.

Invariant: a span holds codes and ids only; neither an exception's words nor anything personal gets into it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from isopolity.identity.lineage import NoTracing, SpanKind, Tracing

_KINDS: Final = {
    "server": trace.SpanKind.SERVER,
    "consumer": trace.SpanKind.CONSUMER,
    "client": trace.SpanKind.CLIENT,
    "internal": trace.SpanKind.INTERNAL,
}


class OpenTelemetryTracing:
    """Tracing that goes to `provider`."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer("isopolity")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str] | None = None
    ) -> Iterator[str | None]:
        parent = self._propagator.extract({"traceparent": traceparent} if traceparent else {})
        with self._tracer.start_as_current_span(
            name, parent, _KINDS[kind], attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield self._traceparent()
            except BaseException as error:
                span.set_status(trace.StatusCode.ERROR, type(error).__name__)
                raise

    def _traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get("traceparent")


@contextmanager
def open_tracing(service: str, endpoint: str | None) -> Iterator[Tracing]:
    """Traces to the OTLP collector at `endpoint` (the URL of its `/v1/traces`), or none at all without one."""
    if not endpoint:
        yield NoTracing()
        return
    # loaded only where traces are wanted: it takes longer than the rest of a service's start
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"isopolity-{service}"}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    try:
        yield OpenTelemetryTracing(provider)
    finally:
        provider.shutdown()
