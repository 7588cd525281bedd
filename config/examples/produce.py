#!/usr/bin/env python3
"""Puts purchase events into the stream and shows how far it is: produce.py [--count 1000] [--stream purchases].

The server is the one that AWS_ENDPOINT_URL names, else http://127.0.0.1:4566.
"""

import argparse
import datetime
import json
import os
import random
import sys
import time

import boto3

BATCH = 250  # PutRecords takes 500 at most


def connect(service, endpoint_url=None):
    """A boto3 client of the local server; it takes any credentials."""
    return boto3.client(
        service,
        endpoint_url=endpoint_url or os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
    )


def purchase(chance):
    """A made-up event, and its amount in cents."""
    cents = chance.randint(100, 25_000)
    event = {
        "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
        "user_id": f"user-{chance.randint(1, 500):03}",
        "event_type": "purchase",
        "amount": cents / 100,
    }
    return event, cents


def put(kinesis, stream, events):
    """Puts all the events; those that the stream had to refuse for a moment are put again."""
    entries = [{"Data": json.dumps(event).encode(), "PartitionKey": event["user_id"]} for event in events]
    while entries:
        answer = kinesis.put_records(StreamName=stream, Records=entries)
        entries = [entry for entry, result in zip(entries, answer["Records"]) if "ErrorCode" in result]
        if entries:
            time.sleep(0.1)


def produce(kinesis, stream, count, chance, progress=lambda done: None):
    """Puts `count` purchases and returns the sum of their amounts in cents."""
    total = done = 0
    while done < count:
        batch = [purchase(chance) for _ in range(min(BATCH, count - done))]
        put(kinesis, stream, [event for event, _ in batch])
        total += sum(cents for _, cents in batch)
        done += len(batch)
        progress(done)
    return total


def show(done, count):
    """One line that is drawn over on a terminal, else a line at every fifth of the way."""
    if sys.stderr.isatty():
        print(f"\r{done:>7} of {count} events", end="\n" if done == count else "", file=sys.stderr, flush=True)
    elif done == count or done % max(BATCH, count // 5 // BATCH * BATCH) == 0:
        print(f"{done:>7} of {count} events", file=sys.stderr, flush=True)


def dollars(cents):
    return f"{cents // 100}.{cents % 100:02}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="events to put (default: %(default)s)")
    parser.add_argument("--stream", default="purchases", help="the stream's name (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="makes the same users and amounts each time")
    arguments = parser.parse_args()
    total = produce(connect("kinesis"), arguments.stream, arguments.count, random.Random(arguments.seed),
                    lambda done: show(done, arguments.count))
    print(f"{arguments.count} events in, sum of their amounts {dollars(total)}")


if __name__ == "__main__":
    main()
