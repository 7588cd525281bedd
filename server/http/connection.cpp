#include "server/http/connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "common/limits.hpp"
#include "server/http/response_head.hpp"

namespace rivulet::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
using Parser = beast::http::request_parser<beast::http::buffer_body>;

// How long a connection may stand idle between requests, or a peer may take for the next bytes of one.
constexpr std::chrono::seconds idle_time{120};
constexpr std::chrono::seconds transfer_time{60};
// An unread body up to this size is read and thrown away, to keep the connection; a larger one costs the connection.
constexpr std::uint64_t max_drained_bytes = 256 * 1024;
// Before such a connection is closed its peer may go on sending for so long and so much: a close at once would destroy
// the answer on its way (RFC 9112, section 9.6).
constexpr std::chrono::seconds linger_time{5};
constexpr std::uint64_t max_lingering_bytes = 64 * 1024 * 1024;

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

Response refusal(unsigned status) {
    Response response;
    response.status = status;
    response.close = true;
    return response;
}

/// Whether it is beyond doubt where the request ends (RFC 9112, sections 3.2, 6.1 and 6.3): two servers that disagree
/// on it let a request be smuggled past the first.
bool is_well_framed(const Parser& parser) {
    const auto& header = parser.get();
    const bool encoded = header.find(beast::http::field::transfer_encoding) != header.end();
    if (encoded && (!parser.chunked() || header.version() < 11)) return false;
    return header.version() < 11 || header.find(beast::http::field::host) != header.end();
}

unsigned status_of_bad_header(const boost::system::error_code& fault) {
    if (fault == beast::http::error::header_limit) return 431;
    if (fault == beast::http::error::bad_version) return 505;
    return 400;
}

}  // namespace

/// A request's body on the connection: reads from the parser's buffer first, then from the socket.
class Connection::RequestBody final : public Body {
public:
    RequestBody(Connection& connection, Parser& parser) : connection_(connection), parser_(parser) {
        awaits_continue_ = beast::iequals(parser.get()[beast::http::field::expect], "100-continue");
    }

    std::optional<std::uint64_t> length() const override {
        if (parser_.chunked()) return std::nullopt;
        const auto length = parser_.content_length();
        return length ? *length : 0;
    }

    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        if (awaits_continue_ && !parser_.is_done()) {
            awaits_continue_ = false;
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            connection_.stream_.expires_after(transfer_time);
            co_await asio::async_write(connection_.stream_, asio::buffer(go_on), use_tuple);
        }
        auto& window = parser_.get().body();
        while (!parser_.is_done()) {
            window.data = buffer.data();
            window.size = buffer.size();
            connection_.stream_.expires_after(transfer_time);
            auto [fault, count] =
                co_await beast::http::async_read_some(connection_.stream_, connection_.buffer_, parser_, use_tuple);
            if (fault && fault != beast::http::error::need_buffer) {
                co_return Error(ErrorCode::bad_request, "The request body broke off: " + fault.message());
            }
            if (const std::size_t filled = buffer.size() - window.size; filled > 0) co_return filled;
        }
        co_return std::size_t{0};
    }

    /// Reads what the handler left; returns false if that is too much, or will not come.
    asio::awaitable<bool> drain() {
        if (awaits_continue_) co_return parser_.is_done();
        // What is known to be too much is not waited for: its sender may be waiting for the answer.
        if (parser_.content_length_remaining().value_or(0) > max_drained_bytes) co_return false;
        std::string sink(16 * 1024, '\0');
        for (std::uint64_t drained = 0; drained <= max_drained_bytes;) {
            const auto count = co_await read_some(sink);
            if (!count) co_return false;
            if (*count == 0) co_return true;
            drained += *count;
        }
        co_return false;
    }

private:
    Connection& connection_;
    Parser& parser_;
    bool awaits_continue_ = false;
};

asio::awaitable<void> Connection::serve() {
    stream_.socket().set_option(asio::ip::tcp::no_delay(true));
    while (!closing_ && co_await serve_one()) {
    }
    if (unread_ && !closing_) co_await linger();
    boost::system::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
}

asio::awaitable<void> Connection::linger() {
    boost::system::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(linger_time);
    std::string sink(64 * 1024, '\0');
    for (std::uint64_t read = 0; read < max_lingering_bytes;) {
        const auto [fault, count] = co_await stream_.async_read_some(asio::buffer(sink), use_tuple);
        if (fault) co_return;
        read += count;
    }
}

asio::awaitable<bool> Connection::serve_one() {
    Parser parser;
    parser.header_limit(limits::max_header_bytes);
    parser.body_limit(boost::none);
    stream_.expires_after(idle_time);
    const auto [fault, count] = co_await beast::http::async_read_header(stream_, buffer_, parser, use_tuple);
    Request request;
    if (fault) {
        // Whatever is not HTTP gets an answer that says so; a peer that has gone away gets none.
        const bool malformed = fault.category() == make_error_code(beast::http::error::bad_method).category() &&
                               fault != beast::http::error::end_of_stream &&
                               fault != beast::http::error::partial_message;
        unread_ = malformed;
        if (malformed) co_await send(request, refusal(status_of_bad_header(fault)), false, 11);
        co_return false;
    }
    const auto& header = parser.get();
    if (!is_well_framed(parser)) {
        unread_ = true;
        co_await send(request, refusal(400), false, 11);
        co_return false;
    }
    busy_ = true;
    request.method = text(header.method_string());
    request.target = text(header.target());
    for (const auto& field : header) request.headers.add(text(field.name_string()), text(field.value()));
    RequestBody body(*this, parser);
    request.body = &body;

    Response response;
    try {
        response = co_await handler_(request);
    } catch (const std::exception& exception) {
        spdlog::error("A request failed unexpectedly: {}", exception.what());
        response = refusal(500);
    }
    // Sending the rest of a refused body into the void and reading the answer is what most clients do: meet them
    // halfway.
    const bool drained = co_await body.drain();
    unread_ = !drained;
    const bool keep_alive = drained && parser.keep_alive() && !response.close && !closing_;
    const bool sent = co_await send(request, std::move(response), keep_alive, header.version());
    busy_ = false;
    co_return sent&& keep_alive;
}

asio::awaitable<bool> Connection::send(const Request& request, Response response, bool keep_alive, unsigned version) {
    const bool bodiless = request.method == "HEAD" || response.status == 204 || response.status == 304;
    auto* const source = std::get_if<std::unique_ptr<Body>>(&response.body);
    const auto* const whole = std::get_if<std::string>(&response.body);
    const auto length = source ? (*source)->length() : std::optional<std::uint64_t>(whole->size());
    const bool has_length = response.status != 204 && response.status != 304;
    Framing framing = length ? (has_length ? Framing::length : Framing::none) : Framing::chunked;
    if (framing == Framing::chunked && version < 11) {
        framing = Framing::none;
        keep_alive = false;
    }
    const std::string head = response_head(response, framing, length.value_or(0), keep_alive, version);
    stream_.expires_after(transfer_time);
    std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::const_buffer()};
    if (whole && !bodiless) buffers[1] = asio::buffer(*whole);
    const auto [fault, written] = co_await asio::async_write(stream_, buffers, use_tuple);
    if (fault) co_return false;
    if (source && !bodiless) co_return co_await send_body(**source, length) && keep_alive;
    co_return keep_alive;
}

asio::awaitable<bool> Connection::send_body(Body& body, std::optional<std::uint64_t> length) {
    const bool chunked = !length;
    std::string piece(128 * 1024, '\0');
    for (std::uint64_t sent = 0;;) {
        const auto count = co_await body.read_some(piece);
        // A body that fails half way, or ends before its length, can only be told by breaking off.
        if (!count) co_return false;
        if (*count == 0 && !chunked) co_return sent == *length;
        sent += *count;
        char size[20];
        const int size_bytes = std::snprintf(size, sizeof size, "%zx\r\n", *count);
        const std::array<asio::const_buffer, 3> buffers = {
            asio::buffer(size, chunked ? static_cast<std::size_t>(size_bytes) : 0), asio::buffer(piece.data(), *count),
            asio::buffer("\r\n", chunked ? 2 : 0)};
        stream_.expires_after(transfer_time);
        const auto [fault, written] = co_await asio::async_write(stream_, buffers, use_tuple);
        if (fault) co_return false;
        if (*count == 0) co_return true;
    }
}

void Connection::close_when_idle() {
    closing_ = true;
    if (!busy_) close_now();
}

void Connection::close_now() {
    closing_ = true;
    stream_.close();
}

}  // namespace rivulet::http
