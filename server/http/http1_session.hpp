#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <string>

#include "server/http/http1_body.hpp"
#include "server/http/message.hpp"
#include "server/http/options.hpp"
#include "server/http/session.hpp"
#include "server/http/transport.hpp"

namespace rivulet::http {

/// A request that asked for HTTP/2 on its connection (RFC 7540, section 3.2).
struct Upgrade {
    Request request;       ///< without a body
    std::string settings;  ///< the payload of the client's SETTINGS frame
};

/// HTTP/1.1 (and 1.0) on a connection: requests one after another, in the order they came. Private to this room.
class Http1Session final : public Session {
public:
    /// `buffer` holds what has been read of the first request, and what has been read of another protocol at the end.
    Http1Session(Transport& transport, boost::beast::flat_buffer& buffer, const Handler& handler,
                 const Options& options, bool only_answer)
        : transport_(transport), buffer_(buffer), handler_(handler), options_(options), closing_(only_answer) {}

    boost::asio::awaitable<Ending> serve() override;
    void close_when_idle() override;

    /// What `serve` ended with, when that was Ending::upgraded.
    Upgrade take_upgrade() { return std::move(upgrade_); }

private:
    using Parser = Http1Parser;

    /// What became of a request: the connection goes on with another, or ends.
    enum class Outcome { next, closed, linger, upgraded };

    boost::asio::awaitable<Outcome> serve_one();
    /// Reads a whole header block into the buffer. 0, or the status to refuse it with; nothing if there is none.
    boost::asio::awaitable<std::optional<unsigned>> read_header_block();
    boost::asio::awaitable<Outcome> refuse(unsigned status);
    boost::asio::awaitable<Outcome> answer(Request& request, Parser& parser);
    bool wants_http2(const Parser& parser) const;
    boost::asio::awaitable<Outcome> upgrade(Request request);
    boost::asio::awaitable<bool> send(const Request& request, Response response, bool keep_alive, unsigned version);
    boost::asio::awaitable<bool> send_body(Body& body, std::optional<std::uint64_t> length);

    Transport& transport_;
    boost::beast::flat_buffer& buffer_;
    const Handler& handler_;
    const Options& options_;
    Upgrade upgrade_;
    Body* sending_ = nullptr;  ///< an answer's body of no known length, while it is sent
    bool busy_ = false;
    bool closing_;
};

}  // namespace rivulet::http
