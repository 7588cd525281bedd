#include "server/http/http1_body.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

namespace rivulet::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using std::chrono::steady_clock;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t drain_piece_bytes = 16 * 1024;

}  // namespace

Http1Body::Http1Body(Transport& transport, beast::flat_buffer& buffer, Http1Parser& parser,
                     std::chrono::milliseconds time)
    : transport_(transport), buffer_(buffer), parser_(parser), patience_(time) {
    if (!parser.chunked()) {
        left_ = parser.content_length().value_or(0);
        length_ = left_;
    }
    const auto& header = parser.get();
    awaits_continue_ =
        header.version() >= 11 && !is_done() && beast::iequals(header[beast::http::field::expect], "100-continue");
}

asio::awaitable<Result<std::size_t>> Http1Body::read_some(std::span<char> into) {
    if (is_done()) co_return std::size_t{0};
    // Asio never completes a second read after the peer's end.
    if (broken_off_) co_return broken_off(asio::error::eof);
    if (awaits_continue_) co_await say_continue();
    if (length_) co_return co_await read_plain(into);
    co_return co_await read_chunked(into);
}

asio::awaitable<void> Http1Body::say_continue() {
    awaits_continue_ = false;
    // Whoever sends its body already needs no telling (RFC 9110, section 10.1.1).
    if (buffer_.size() > 0) co_return;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    begin_wait();
    co_await asio::async_write(transport_, asio::buffer(go_on), use_tuple);
}

Error Http1Body::broken_off(const boost::system::error_code& fault) {
    broken_off_ = true;
    return {ErrorCode::bad_request, "The request body broke off: " + fault.message()};
}

steady_clock::time_point Http1Body::begin_wait() {
    transport_.expires_after(patience_.left());
    return steady_clock::now();
}

asio::awaitable<Result<std::size_t>> Http1Body::read_plain(std::span<char> into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    if (buffer_.size() > 0) {
        const std::size_t count = asio::buffer_copy(asio::buffer(into), buffer_.data());
        buffer_.consume(count);
        left_ -= count;
        co_return count;
    }
    const auto begun = begin_wait();
    const auto [fault, count] = co_await transport_.async_read_some(asio::buffer(into), use_tuple);
    if (fault) co_return broken_off(fault);
    patience_.spend(steady_clock::now() - begun, count);
    left_ -= count;
    co_return count;
}

asio::awaitable<Result<std::size_t>> Http1Body::read_chunked(std::span<char> into) {
    auto& window = parser_.get().body();
    while (!parser_.is_done()) {
        window.data = into.data();
        window.size = into.size();
        const auto begun = begin_wait();
        const auto [fault, count] = co_await beast::http::async_read_some(transport_, buffer_, parser_, use_tuple);
        if (fault && fault != beast::http::error::need_buffer) co_return broken_off(fault);
        const std::size_t filled = into.size() - window.size;
        patience_.spend(steady_clock::now() - begun, filled);
        if (filled > 0) co_return filled;
    }
    co_return std::size_t{0};
}

asio::awaitable<bool> Http1Body::drain() {
    if (awaits_continue_) co_return is_done();
    // What is known to be too much is not waited for: its sender may be waiting for the answer.
    if (length_ && left_ > limits::max_drained_body_bytes) co_return false;
    if (is_done()) co_return true;
    std::string sink(drain_piece_bytes, '\0');
    for (std::uint64_t drained = 0; drained <= limits::max_drained_body_bytes;) {
        const auto count = co_await read_some(sink);
        if (!count) co_return false;
        if (*count == 0) co_return true;
        drained += *count;
    }
    co_return false;
}

}  // namespace rivulet::http
