#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "server/http/message.hpp"
#include "server/http/patience.hpp"
#include "server/http/transport.hpp"

namespace rivulet::http {

using Http1Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// A request's body on an HTTP/1.1 connection: what is in the buffer first, then what comes. With a length it is read
/// straight into the reader's memory; chunks go through the parser. Private to this room.
class Http1Body final : public Body {
public:
    /// `parser` has read the header. `time`: see `Options::body_time`.
    Http1Body(Transport& transport, boost::beast::flat_buffer& buffer, Http1Parser& parser,
              std::chrono::milliseconds time);

    std::optional<std::uint64_t> length() const override { return length_; }
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> into) override;

    /// Reads what the handler left; returns false if that is too much, or will not come.
    boost::asio::awaitable<bool> drain();

private:
    bool is_done() const { return length_ ? left_ == 0 : parser_.is_done(); }
    boost::asio::awaitable<void> say_continue();
    Error broken_off(const boost::system::error_code& fault);
    boost::asio::awaitable<Result<std::size_t>> read_plain(std::span<char> into);
    boost::asio::awaitable<Result<std::size_t>> read_chunked(std::span<char> into);
    /// Gives the next reading from the peer its time.
    std::chrono::steady_clock::time_point begin_wait();

    Transport& transport_;
    boost::beast::flat_buffer& buffer_;
    Http1Parser& parser_;
    Patience patience_;
    std::optional<std::uint64_t> length_;  ///< none: chunked
    std::uint64_t left_ = 0;
    bool awaits_continue_ = false;
    bool broken_off_ = false;
};

}  // namespace rivulet::http
