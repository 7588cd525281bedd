"""A small HTTP/2 client over a socket, for what no real client would send: every event of the server is seen, and
frames may be made by hand."""

import socket
import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events


class Http2Client:
    """One connection. `tls` is an SSLContext, or None for clear text with prior knowledge."""

    def __init__(self, server, tls=None, receive_window=None, seconds=20):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=seconds)
        if tls is not None:
            tls.set_alpn_protocols(["h2"])
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
            assert self.socket.selected_alpn_protocol() == "h2"
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8", validate_outbound_headers=False,
                                           normalize_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        self.authority = f"localhost:{server.port}"
        self.events = []  # what has come and was not asked for yet
        self.closed = False
        self.keep_windows_shut = False
        self.h2.initiate_connection()
        if receive_window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: receive_window})
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def raw(self, data):
        self.socket.sendall(data)

    def request(self, method="POST", path="/", headers=(), body=b"", end=True):
        """Sends a request and returns its stream; with `end` False more of its body may follow."""
        stream = self.h2.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "http"), (":authority", self.authority), (":path", path)]
        fields = [(name.lower(), value) for name, value in dict(headers).items()]
        self.h2.send_headers(stream, pseudo + fields, end_stream=end and not body)
        self.flush()
        if body:
            self.send(stream, body, end)
        return stream

    def send(self, stream, data, end=False):
        """Sends a piece of a body as the server's windows allow."""
        view = memoryview(data)
        while view or end:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if view and room == 0:
                self.pump()
                continue
            piece, view = view[:room], view[room:]
            last = end and not view
            self.h2.send_data(stream, piece.tobytes(), end_stream=last)
            self.flush()
            if last:
                return

    def pump(self):
        """Waits for bytes of the server and notes what they mean; False once it has closed the connection."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLError):
            data = b""
        if not data:
            self.closed = True
            return False
        for event in self.h2.receive_data(data):
            if isinstance(event, h2.events.DataReceived) and not self.keep_windows_shut:
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            self.events.append(event)
        self.flush()
        return True

    def wait_for(self, kind, stream=None):
        """The first event of that kind (of that stream), which is forgotten then; None if the connection ends first."""
        while True:
            for event in self.events:
                if isinstance(event, kind) and (stream is None or event.stream_id == stream):
                    self.events.remove(event)
                    return event
            if self.closed or not self.pump():
                self.closed = True
                if not any(isinstance(event, kind) for event in self.events):
                    return None

    def answer(self, stream):
        """(status, headers, body) of a stream, once it is whole."""
        response = self.wait_for(h2.events.ResponseReceived, stream)
        assert response is not None, f"stream {stream} was not answered; what came: {self.events}"
        headers = dict(response.headers)
        body = b""
        while True:
            event = self.wait_for((h2.events.DataReceived, h2.events.StreamEnded, h2.events.StreamReset), stream)
            assert event is not None and not isinstance(event, h2.events.StreamReset), f"stream {stream}: {event}"
            if isinstance(event, h2.events.StreamEnded):
                return int(headers[":status"]), headers, body
            body += event.data

    def until_closed(self):
        """Reads until the server closes; returns the GOAWAY it sent, or None."""
        while self.pump():
            pass
        return next((event for event in self.events if isinstance(event, h2.events.ConnectionTerminated)), None)
