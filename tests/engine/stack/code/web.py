"""Says what it was called with."""

import json
import os

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    path = event["rawPath"]
    if path == "/things/bytes":
        return {"statusCode": 200, "isBase64Encoded": True, "body": "AAH/", "headers": {"content-type": "application/octet-stream"}}
    if path == "/things/write":
        return {"statusCode": 200, "body": write()}
    if path == "/things/denied":
        return {"statusCode": 200, "body": denied()}
    if path == "/things/broken":
        raise ValueError("as asked")
    keys = ("routeKey", "rawPath", "rawQueryString", "pathParameters", "queryStringParameters", "body", "isBase64Encoded", "headers")
    seen = {key: event.get(key) for key in keys}
    seen["boto3"] = boto3.__file__
    return {"statusCode": 201, "cookies": ["a=1", "b=2"], "headers": {"x-own": "yes"}, "body": json.dumps(seen)}


def write():
    dynamodb.put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": "web"}, "kind": {"S": "quiet"}})
    return "written"


def denied():
    try:
        dynamodb.scan(TableName=os.environ["TABLE"])
    except dynamodb.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
