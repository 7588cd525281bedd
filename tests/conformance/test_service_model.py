"""The shape tables, compared with the service model that the installed botocore brings: a newer one shows what is
missing."""

import json
import subprocess

import botocore.loaders

from rivulet_server import BINARY

# Where the service itself is not as its model says: path -> reason.
EXCEPTIONS = {
    "DescribeStreamSummary.output.StreamDescriptionSummary.StreamId": "reserved for future use, the model says",
    "SubscribeToShard.events.SubscribeToShardEvent.required":
        "at a shard's end there is no ContinuationSequenceNumber, by which clients know it",
}

BOUNDS = ("min", "max", "pattern", "enum")


def tables():
    output = subprocess.run([str(BINARY.parent / "tests" / "kinesis_shapes")], check=True, capture_output=True)
    return json.loads(output.stdout)


def model():
    return botocore.loaders.create_loader().load_service_model("kinesis", "service-2", "2013-12-02")


def differences(path, ours, name, shapes):
    """What the model's shape `name` has that the table has otherwise, a line each."""
    if path in EXCEPTIONS:
        return
    wanted = shapes[name]
    if ours["type"] != wanted["type"]:
        yield f"{path}: is a {ours['type']}, in the model a {wanted['type']}"
        return
    for bound in BOUNDS:
        if ours.get(bound) != wanted.get(bound):
            yield f"{path}: {bound} is {ours.get(bound)}, in the model {wanted.get(bound)}"
    required = sorted(ours.get("required", ()))
    if required != sorted(wanted.get("required", ())) and f"{path}.required" not in EXCEPTIONS:
        yield f"{path}: requires {ours.get('required')}, in the model {wanted.get('required')}"
    for part in ("member", "key", "value"):
        if part in wanted:
            yield from differences(f"{path}.{part}", ours[part], wanted[part]["shape"], shapes)
    if "members" not in wanted:
        return
    for member, reference in wanted["members"].items():
        if f"{path}.{member}" in EXCEPTIONS:
            continue
        if member not in ours["members"]:
            yield f"{path}.{member}: missing"
        else:
            yield from differences(f"{path}.{member}", ours["members"][member], reference["shape"], shapes)
    for member in ours["members"].keys() - wanted["members"].keys():
        yield f"{path}.{member}: not in the model"
    order = [member for member in wanted["members"] if member in ours["members"]]
    if [member for member in ours["members"] if member in wanted["members"]] != order:
        yield f"{path}: the members' order, which errors are told in, is not the model's: {order}"


def events_of(shapes, name):
    """The names and shapes of the events in an output that is an event stream; errors are shapes of their own."""
    for reference in shapes[name]["members"].values():
        stream = shapes[reference["shape"]]
        if stream.get("eventstream"):
            return {member: event["shape"] for member, event in stream["members"].items()
                    if shapes[event["shape"]].get("event")}
    return None


def parts_of(operation, shapes):
    """What there is to compare of an operation: where it is in the tables -> the model's shape."""
    parts = {("input",): operation["input"]["shape"]}
    if "output" in operation:
        events = events_of(shapes, operation["output"]["shape"])
        if events is None:
            parts[("output",)] = operation["output"]["shape"]
        else:
            parts.update({("events", event): shape for event, shape in events.items()})
    return parts


def all_differences():
    ours, theirs = tables(), model()
    for name in sorted(ours.keys() | theirs["operations"].keys()):
        if name not in ours or name not in theirs["operations"]:
            yield f"{name}: the operation is {'missing' if name not in ours else 'not in the model'}"
            continue
        wanted = parts_of(theirs["operations"][name], theirs["shapes"])
        there = {(part,) for part in ("input", "output") if part in ours[name]}
        there |= {("events", event) for event in ours[name].get("events", ())}
        for place in sorted(there | wanted.keys()):
            path = ".".join((name, *place))
            if place not in there or place not in wanted:
                yield f"{path}: {'missing' if place not in there else 'not in the model'}"
                continue
            table = ours[name]
            for step in place:
                table = table[step]
            yield from differences(path, table, wanted[place], theirs["shapes"])


def test_the_tables_say_what_the_service_model_says():
    found = list(all_differences())
    assert not found, "\n" + "\n".join(found)
