"""The stack of the usual tutorial in one function: what our cold starts are compared with. Runs alone, in its own folder."""

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from pydantic import BaseModel, create_model

logger, tracer, metrics = Logger(), Tracer(), Metrics()
app = APIGatewayHttpResolver(enable_validation=True)
batch = BatchProcessor(event_type=EventType.SQS)
table = boto3.client("dynamodb", region_name="us-east-1")
idempotency = DynamoDBPersistenceLayer(table_name="t", boto3_client=table), IdempotencyConfig()
MODELS = [create_model(f"Model{n}", id=(int, ...), name=(str, ...), tags=(list[str], []), inner=(dict[str, int], {})) for n in range(20)]


@app.post("/orders")
def create(order: MODELS[0]) -> dict:  # type: ignore[valid-type]
    return {}


def handler(event: dict, context: object) -> dict:
    return app.resolve(event, context)


assert issubclass(MODELS[0], BaseModel)
