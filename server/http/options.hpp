#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace rivulet::http {

class TlsContext;

/// How long a client may take nothing of an answer that has no length, such as a subscription's: a little longer than
/// the five minutes that one lasts (API reference, SubscribeToShard), since slow consumers are held back, not cut off.
inline constexpr std::chrono::minutes endless_body_time{6};

/// How a listener treats its connections.
struct Options {
    /// Connections at once. One more is answered 503 with Retry-After, and closed.
    std::size_t max_connections = 4096;
    /// How long a connection may stand idle between requests.
    std::chrono::milliseconds idle_time{120'000};
    /// How long a client may take for a whole request header, and for a TLS handshake.
    std::chrono::milliseconds header_time{20'000};
    /// How long a peer may take for each `limits::min_body_progress_bytes` of a request's body, and for taking any
    /// bytes of an answer.
    std::chrono::milliseconds body_time{30'000};
    /// Gives what a connection that begins with TLS needs; null, or a null answer: it is turned away.
    std::function<boost::asio::awaitable<std::shared_ptr<const TlsContext>>()> tls;
};

}  // namespace rivulet::http
