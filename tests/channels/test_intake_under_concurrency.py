"""Eight callers at once, on an engine whose conditional writes are exact: one document a key, one order a reference."""

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engine.testing import engine_fixture as engine  # noqa: F401
from tests.channels.documents import sample
from tests.support.template import resources
from waybill.aws import clients
from waybill.channels.service import Intake
from waybill.channels.worker import IntakeWorker
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import KeyReused
from waybill.orders import documents, store
from waybill.shop.model import Key

pytestmark = pytest.mark.engine
THREADS = 8
CALLER = Key(("channel",), "api")


class Machine:
    """Counts what is started, behind the gate."""

    def __init__(self, real):
        self.meta, self.exceptions = real.meta, real.exceptions
        self.names = []

    def start_execution(self, *, stateMachineArn, name, input):
        self.names.append(name)


@pytest.fixture
def machine(engine):  # noqa: F811
    """Fresh tables and a queue on the running engine, and the environment that names them."""
    before = dict(os.environ)
    os.environ.update(engine.environment())
    clients.forget()
    stamp = random.Random().randrange(10**9)
    for name in ("Orders", "Documents", "Shop"):
        properties = resources("AWS::DynamoDB::Table")[f"{name}Table"]
        request = {
            key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode") if key in properties
        }
        os.environ[f"{name.upper()}_TABLE"] = f"{name}-{stamp}"
        engine.client("dynamodb").create_table(TableName=f"{name}-{stamp}", **request)
    os.environ["INTAKE_QUEUE_URL"] = engine.client("sqs").create_queue(QueueName=f"intake-{stamp}")["QueueUrl"]
    os.environ["ORDER_MACHINE_ARN"] = "arn:aws:states:us-east-1:000000000000:stateMachine:order"
    made = Machine(engine.client("stepfunctions"))
    clients.substitute("stepfunctions", made)
    for service in ("dynamodb", "sqs"):
        clients.client(service)
    yield made
    os.environ.clear()
    os.environ.update(before)
    clients.forget()


def body(**changed):
    return json.dumps({**sample("api_card")["body"], **changed}, default=str).encode()


def at_once(work):
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


def test_one_key_and_one_body_at_once_is_one_document_and_one_answer(machine):
    answers = at_once(lambda n: Intake(utc_now).order(CALLER, "k", body()))
    assert len(set(answers)) == 1
    assert len(stored("DOCUMENTS_TABLE")) == 1


def test_one_key_and_two_bodies_at_once_is_one_of_them_and_422_for_the_other(machine):
    def post(n):
        try:
            return Intake(utc_now).order(CALLER, "k", body(note=f"n{n % 2}")), n % 2
        except KeyReused:
            return None, n % 2

    taken = {which for answer, which in at_once(post) if answer}
    refused = {which for answer, which in at_once(post) if not answer}
    assert len(taken) == 1 and refused == {0, 1} - taken and len(stored("DOCUMENTS_TABLE")) == 1


def test_one_order_under_eight_keys_taken_by_eight_workers_is_one_order(machine):
    answers = at_once(lambda n: Intake(utc_now).order(CALLER, f"k{n}", body()))
    at_once(lambda n: IntakeWorker(utc_now, nobody_follows).take({"document": f"api#k{n}"}))
    (answer,) = set(answers)
    assert store.load(answer.order_id).state.version == 1
    assert set(machine.names) == {answer.order_id} and not documents.parked(10, None)[0]


def test_eight_contents_of_one_order_at_once_leave_one_order_and_seven_for_a_person(machine):
    for n in range(THREADS):
        Intake(utc_now).order(CALLER, f"k{n}", body(note=f"n{n}"))
    at_once(lambda n: IntakeWorker(utc_now, nobody_follows).take({"document": f"api#k{n}"}))
    assert len([item for item in stored("ORDERS_TABLE") if item["sk"]["S"] == "STATE"]) == 1
    waiting = documents.parked(50, None)[0]
    assert len(waiting) == THREADS - 1 and all(each["problem"].startswith("differs:") for each in waiting)


def nobody_follows(document, record, said):
    raise AssertionError("an order of our own API is not followed: its first word counts")


def stored(variable):
    return clients.client("dynamodb").scan(TableName=os.environ[variable])["Items"]
