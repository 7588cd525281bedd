"""The rows of the table of numbers, by the names that --only knows."""

import delivery
import footprint
import throughput

ROWS = {
    "put-record": throughput.put_record,
    "put-records": throughput.put_records,
    "cbor": throughput.put_records_cbor,
    "get-records": throughput.get_records,
    "power": throughput.put_record_power,
    "streams": throughput.many_streams,
    "http2": throughput.http2,
    "subscribe": delivery.subscribe,
    "handler": delivery.handler,
    "start": footprint.start_time,
    "shards": footprint.start_with_many_shards,
    "idle": footprint.idle_memory,
    "memory": footprint.memory_with_much_data,
    "clean-build": footprint.clean_build,
}
