"""As much of CBOR (RFC 8949) as a client of Kinesis speaks: `dumps` and `loads`. Times are tag 1 and milliseconds, as
the SDK for Java has them."""

import datetime
import struct

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def _head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | info]) + struct.pack(form, argument)
    raise OverflowError(argument)


def dumps(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, datetime.datetime):
        return b"\xc1" + dumps((value - EPOCH) // datetime.timedelta(milliseconds=1))
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(map(dumps, value))
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(dumps(key) + dumps(entry) for key, entry in value.items())
    raise TypeError(f"{type(value)} has no CBOR")


class _Reader:
    def __init__(self, document):
        self.document = document
        self.at = 0

    def take(self, count):
        taken = self.document[self.at:self.at + count]
        assert len(taken) == count, "the document breaks off"
        self.at += count
        return taken

    def item(self):
        major, info = divmod(self.take(1)[0], 32)
        if major == 7:
            simple = {20: False, 21: True, 22: None}
            return simple[info] if info in simple else struct.unpack(">d", self.take(8))[0]
        argument = info if info < 24 else int.from_bytes(self.take(1 << info - 24), "big")
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major == 2:
            return self.take(argument)
        if major == 3:
            return self.take(argument).decode()
        if major == 4:
            return [self.item() for _ in range(argument)]
        if major == 5:
            return {self.item(): self.item() for _ in range(argument)}
        assert argument == 1, f"tag {argument}"
        return EPOCH + datetime.timedelta(milliseconds=self.item())


def loads(document):
    reader = _Reader(document)
    value = reader.item()
    assert reader.at == len(document), "something follows the document"
    return value
