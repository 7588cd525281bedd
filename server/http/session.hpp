#pragma once

#include <boost/asio/awaitable.hpp>

namespace rivulet::http {

/// How a session came to its end.
enum class Ending {
    closed,    ///< nothing more can or need be exchanged
    linger,    ///< the peer may still be sending, and is to read what it was answered
    upgraded,  ///< another protocol goes on on the same connection
};

/// What speaks one version of HTTP on a connection, on the connection's executor. Private to this room.
class Session {
public:
    virtual ~Session() = default;

    /// Serves requests until either side is done. Nothing of it runs on after it has returned.
    virtual boost::asio::awaitable<Ending> serve() = 0;

    /// Makes `serve` return once the requests that run have been answered, at once if there are none.
    virtual void close_when_idle() = 0;
};

}  // namespace rivulet::http
