#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "server/http/message.hpp"
#include "server/http/options.hpp"
#include "server/http/protocol.hpp"
#include "server/http/session.hpp"
#include "server/http/transport.hpp"

namespace rivulet::http {

/// One client's connection, served by one coroutine on the connection's own executor: finds out what the client speaks
/// and hands it to that session. Private to this room.
class Connection {
public:
    /// `only_answer`: the connection is closed after its first answer.
    Connection(boost::asio::ip::tcp::socket socket, const Handler& handler, const Options& options, bool only_answer);

    auto get_executor() { return transport_.get_executor(); }

    /// Serves requests until either side closes.
    boost::asio::awaitable<void> serve();

    /// On the connection's executor: closes now if no request runs, else after its answer.
    void close_when_idle();

    /// On the connection's executor: closes now.
    void close_now();

private:
    /// Reads the first bytes into the buffer; undecided if there is nothing to serve.
    boost::asio::awaitable<Protocol> recognise(std::chrono::milliseconds patience);
    boost::asio::awaitable<Protocol> recognise_within_tls();
    boost::asio::awaitable<Ending> serve_session(Session& session);
    boost::asio::awaitable<Ending> serve_http1();
    boost::asio::awaitable<Ending> serve_http2();

    Transport transport_;
    boost::beast::flat_buffer buffer_;
    const Handler& handler_;
    const Options& options_;
    const bool only_answer_;
    Session* session_ = nullptr;  ///< while one serves
    bool closing_ = false;
};

}  // namespace rivulet::http
