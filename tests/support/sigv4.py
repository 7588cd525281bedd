"""Uploads in signed chunks, as the SDKs for Java and C++ send them; boto3 has no such form over HTTP."""

import datetime
import hashlib
import hmac

EMPTY = hashlib.sha256(b"").hexdigest()


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)


class ChunkedUpload:
    """The headers and the body of one PUT in chunks, with a trailing SHA-256 if one is given."""

    def __init__(self, access_key, secret, host, path, chunks, trailer=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.time = now.strftime("%Y%m%dT%H%M%SZ")
        self.scope = f"{self.time[:8]}/us-east-1/s3/aws4_request"
        key = f"AWS4{secret}".encode()
        for part in self.scope.split("/"):
            key = _hmac(key, part).digest()
        self.key = key
        headers = {
            "host": host,
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else ""),
            "x-amz-date": self.time,
            "x-amz-decoded-content-length": str(sum(map(len, chunks))),
        }
        if trailer:
            headers["x-amz-trailer"] = trailer.split(":")[0]
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = f"PUT\n{path}\n\n{lines}\n{names}\n{headers['x-amz-content-sha256']}"
        self.previous = self.sign("AWS4-HMAC-SHA256", hashlib.sha256(canonical.encode()).hexdigest())
        self.headers = {**headers, "Content-Encoding": "aws-chunked",
                        "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{self.scope}, "
                                         f"SignedHeaders={names}, Signature={self.previous}"}
        self.body = b"".join(self.chunk(data) for data in [*chunks, b""])
        if trailer:
            self.previous = self.sign("AWS4-HMAC-SHA256-TRAILER", self.previous,
                                      hashlib.sha256(f"{trailer}\n".encode()).hexdigest())
            self.body += f"{trailer}\r\nx-amz-trailer-signature:{self.previous}\r\n".encode()
        self.body += b"\r\n"

    def sign(self, algorithm, *parts):
        return _hmac(self.key, "\n".join([algorithm, self.time, self.scope, *parts])).hexdigest()

    def chunk(self, data):
        self.previous = self.sign("AWS4-HMAC-SHA256-PAYLOAD", self.previous, EMPTY, hashlib.sha256(data).hexdigest())
        return f"{len(data):x};chunk-signature={self.previous}\r\n".encode() + data + (b"\r\n" if data else b"")
