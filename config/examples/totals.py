#!/usr/bin/env python3
"""Counts the objects that the handler stored and adds up their amounts: totals.py [--expect 1000] [--bucket NAME].

With --expect it waits until that many are there. The server is the one that AWS_ENDPOINT_URL names, else
http://127.0.0.1:4566.
"""

import argparse
import json
import sys
import time

from produce import connect, dollars


def keys(s3, bucket):
    """The keys of all objects in the bucket."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def wait_for(s3, bucket, count, seconds, progress=lambda done: None):
    """Returns the keys once there are `count` of them, or those there are when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        found = keys(s3, bucket)
        if len(found) >= count or time.monotonic() > deadline:
            return found
        progress(len(found))
        time.sleep(1)


def add_up(s3, bucket, names):
    """The sum of the objects' amounts in cents."""
    return sum(json.load(s3.get_object(Bucket=bucket, Key=name)["Body"])["amount_cents"] for name in names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bucket", default="analytics-data", help="the bucket's name (default: %(default)s)")
    parser.add_argument("--expect", type=int, default=0, help="wait until there are this many objects")
    parser.add_argument("--seconds", type=float, default=120, help="wait at most this long (default: %(default)s)")
    arguments = parser.parse_args()
    s3 = connect("s3")
    names = wait_for(s3, arguments.bucket, arguments.expect, arguments.seconds)
    print(f"{len(names)} objects out, sum of their amounts {dollars(add_up(s3, arguments.bucket, names))}")
    return 0 if len(names) >= arguments.expect else 1


if __name__ == "__main__":
    sys.exit(main())
