"""Enriches purchase events and stores each as one object: <date>/<sequence number>.json in the bucket.

This is an ordinary Lambda handler for a Kinesis event source mapping. It names no endpoint, so it runs unchanged in an
AWS account. A batch may be delivered more than once; since an object's key comes from the record alone, a second
delivery overwrites the object with the same bytes.
"""

import base64
import json
import os
from decimal import Decimal

import boto3

s3 = boto3.client("s3")

LARGE_PURCHASE_CENTS = 10_000


def lambda_handler(event, context):
    for record in event["Records"]:
        kinesis = record["kinesis"]
        purchase = json.loads(base64.b64decode(kinesis["data"]), parse_float=Decimal)
        store(enrich(purchase, record["eventID"]), kinesis["sequenceNumber"])
    print(f"stored {len(event['Records'])} purchases")


def enrich(purchase, event_id):
    cents = int(Decimal(purchase["amount"]) * 100)
    return {
        "timestamp": purchase["timestamp"],
        "user_id": purchase["user_id"],
        "event_type": purchase["event_type"],
        "amount": str(purchase["amount"]),
        "amount_cents": cents,
        "large": cents >= LARGE_PURCHASE_CENTS,
        "event_id": event_id,
    }


def store(purchase, sequence_number):
    date = purchase["timestamp"][:10]
    s3.put_object(
        Bucket=os.environ["BUCKET"],
        Key=f"{date}/{sequence_number}.json",
        Body=json.dumps(purchase).encode(),
        ContentType="application/json",
    )
