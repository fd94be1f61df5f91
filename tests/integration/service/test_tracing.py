"""One trace follows what a request caused, through outbox, broker and handlers to the next event."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from isopolity.contracts.catalogue import MATCHING_CANARY
from isopolity.identity.lineage import NoTracing
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.codec import to_event
from isopolity.observability.logs import OpenTelemetryTracing, open_tracing
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.messaging.hooked_broker import everything
from tests.support.polling import until
from tests.support.shared.note_service import NoteSettings, open_notes

CALLER = "00-" + "c" * 32 + "-" + "d" * 16 + "-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans: InMemorySpanExporter) -> OpenTelemetryTracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return OpenTelemetryTracing(provider)


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://matching.example") as client:
        yield client


def named(spans: InMemorySpanExporter, name: str, trace: str) -> ReadableSpan:
    """The one span of that name in that trace; a shared Kafka may hold other tests' events."""
    (found,) = [
        span
        for span in spans.get_finished_spans()
        if span.name == name and span.context is not None and format(span.context.trace_id, "032x") == trace
    ]
    return found


async def follow(service: Service, spans: InMemorySpanExporter) -> None:
    trace, caller = uuid4().hex, "d" * 16

    def arrived() -> bool:
        try:
            return bool(named(spans, "handle isopolity.matching.canary.relayed.v1", trace))
        except ValueError:
            return False

    async with running(service.tasks), client_of(service) as client:
        headers = {"traceparent": f"00-{trace}-{caller}-01"}
        response = await client.post(f"/matching/v1/notes/{trace}", headers=headers)
        assert response.status_code == 200
        await until(arrived)
    request = named(spans, "POST /matching/v1/notes/{name}", trace)
    sounded = named(spans, "handle isopolity.registry.canary.sounded.v1", trace)
    relayed = named(spans, "handle isopolity.matching.canary.relayed.v1", trace)
    assert request.parent is not None
    assert sounded.parent is not None
    assert relayed.parent is not None
    assert format(request.parent.span_id, "016x") == caller
    assert sounded.parent.span_id == request.context.span_id
    assert relayed.parent.span_id == sounded.context.span_id


async def test_one_trace_crosses_request_outbox_broker_handler_and_outbox(
    tmp_path: Path, tracing: OpenTelemetryTracing, spans: InMemorySpanExporter
) -> None:
    async with open_notes(NoteSettings(data=tmp_path), tracing=tracing) as service:
        await follow(service, spans)


@pytest.mark.kafka
@pytest.mark.postgres
async def test_one_trace_crosses_kafka_and_postgresql(
    tmp_path: Path, kafka: str, postgres: str, tracing: OpenTelemetryTracing, spans: InMemorySpanExporter
) -> None:
    broker = patient_kafka(kafka)
    settings = NoteSettings(data=tmp_path)
    group = f"test.{uuid4().hex}"
    async with open_notes(settings, database_url=postgres, broker=broker, tracing=tracing, group=group) as service:
        await follow(service, spans)


async def test_a_span_of_a_failing_handler_says_so_without_the_errors_words(
    tracing: OpenTelemetryTracing, spans: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match="anna"), tracing.span("handle x", "consumer", None):
        raise ValueError("anna@example.org")
    (span,) = spans.get_finished_spans()
    assert span.status.description == "ValueError"
    assert span.events == ()


async def test_without_an_endpoint_nothing_is_traced_and_the_callers_trace_is_handed_on(tmp_path: Path) -> None:
    with open_tracing("matching", "") as tracing:
        assert isinstance(tracing, NoTracing)
    async with open_notes(NoteSettings(data=tmp_path)) as service, running(service.tasks), client_of(service) as client:
        await client.post("/matching/v1/notes/a", headers={"traceparent": CALLER, "X-Correlation-ID": "chain-1"})
        broker: MessageBroker = service.vitals.broker

        async def relayed() -> bool:
            return len(await everything(broker, MATCHING_CANARY.name)) == 1

        await until(relayed)
        (record,) = await everything(broker, MATCHING_CANARY.name)
    lineage = to_event(record).envelope.lineage
    assert (lineage.traceparent, lineage.correlation_id) == (CALLER, "chain-1")
