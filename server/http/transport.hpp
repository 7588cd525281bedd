#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <memory>
#include <string_view>

#include "server/http/tls_context.hpp"

namespace rivulet::http {

/// A connection's bytes, in clear or through TLS: an Asio stream, so that what speaks HTTP need not know which. One
/// reader and one writer may be under way at once, on the connection's executor. Private to this room.
class Transport {
public:
    using executor_type = boost::beast::tcp_stream::executor_type;

    explicit Transport(boost::asio::ip::tcp::socket socket);

    executor_type get_executor() { return tcp_.get_executor(); }

    /// Does the server's side of a TLS handshake, of which `buffer` holds what has been read already. False if it
    /// failed.
    boost::asio::awaitable<bool> handshake(const TlsContext& context, boost::beast::flat_buffer& buffer);

    /// Whether the peer is on this machine, and came over the loopback interface.
    bool is_from_loopback() const { return from_loopback_; }

    bool is_encrypted() const { return tls_ != nullptr; }

    /// The protocol agreed on in the handshake; empty if the client named none.
    std::string_view agreed_protocol() const;

    /// The next read and the next write, unless under way, must be done within `time`; else the connection is closed.
    void expires_after(std::chrono::steady_clock::duration time) { tcp_.expires_after(time); }
    void expires_never() { tcp_.expires_never(); }

    /// Ends the reading and the writing that are under way.
    void cancel() { tcp_.cancel(); }

    /// Says that nothing more will be sent, waiting for that at most `time`.
    boost::asio::awaitable<void> end_sending(std::chrono::steady_clock::duration time);

    /// Reads what still comes and throws it away, until the peer ends, or for `time`, or up to `bytes` bytes.
    boost::asio::awaitable<void> discard(std::chrono::steady_clock::duration time, std::uint64_t bytes);

    void close() { tcp_.close(); }
    boost::beast::tcp_stream& tcp() { return tcp_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& into) {
                if (tls_) {
                    tls_->async_read_some(into, std::move(handler));
                } else {
                    tcp_.async_read_some(into, std::move(handler));
                }
            },
            token, buffers);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& from) {
                if (tls_) {
                    tls_->async_write_some(from, std::move(handler));
                } else {
                    tcp_.async_write_some(from, std::move(handler));
                }
            },
            token, buffers);
    }

private:
    /// Whether the peer has said that it will send no more, and all it sent has been read. Asio never completes a read
    /// that begins after it has told so.
    bool peer_has_ended();

    using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

    boost::beast::tcp_stream tcp_;
    const bool from_loopback_;
    std::unique_ptr<Tls> tls_;
};

}  // namespace rivulet::http
