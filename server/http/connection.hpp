#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "server/http/message.hpp"

namespace rivulet::http {

/// One client's connection, served by one coroutine on the connection's own executor. Private to this room.
class Connection {
public:
    Connection(boost::beast::tcp_stream stream, const Handler& handler)
        : stream_(std::move(stream)), handler_(handler) {}

    auto get_executor() { return stream_.get_executor(); }

    /// Serves requests until either side closes.
    boost::asio::awaitable<void> serve();

    /// On the connection's executor: closes now if no request runs, else after its answer.
    void close_when_idle();

    /// On the connection's executor: closes now.
    void close_now();

private:
    class RequestBody;

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> send(const Request& request, Response response, bool keep_alive, unsigned version);
    boost::asio::awaitable<bool> send_body(Body& body, std::optional<std::uint64_t> length);
    boost::asio::awaitable<void> linger();

    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    const Handler& handler_;
    bool busy_ = false;
    bool closing_ = false;
    bool unread_ = false;  ///< a part of the last request was left unread
};

}  // namespace rivulet::http
