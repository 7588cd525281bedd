#pragma once

#include <optional>

#include "server/http/message.hpp"

namespace rivulet::admin {

/// Keeps what changes the server for those who sit at its machine: no other machine may ask for it, and no page of
/// elsewhere that a browser of this machine shows.
///
/// The refusal of a request whose method changes something, in JSON; nothing if it may go on. 403: it did not come over
/// the loopback interface, or its `Origin` is another host. 415: its body is no `application/json`, the one type here
/// that a browser does not send for a page of elsewhere before asking.
std::optional<http::Response> refuse_change(const http::Request& request);

/// Whether an `Origin` (RFC 6454, section 7) is a page of this machine: its host is exactly `127.0.0.1`, `[::1]` or
/// `localhost`, with any port.
bool is_local_origin(std::string_view origin);

}  // namespace rivulet::admin
