#include "server/http/http1_session.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/http.hpp>

#include "common/base64.hpp"
#include "common/limits.hpp"
#include "server/http/header_block.hpp"
#include "server/http/peer_watch.hpp"
#include "server/http/response_head.hpp"

namespace rivulet::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// A header and a small body come with one read.
constexpr std::size_t header_read_bytes = 8 * 1024;
constexpr std::size_t body_piece_bytes = 128 * 1024;
// A body whose end is not known may go on for minutes in small pieces, as events do: it gets more room when it fills
// this.
constexpr std::size_t first_piece_bytes = 4 * 1024;

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

std::string_view view(const beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

Response refusal(unsigned status) {
    Response response;
    response.status = status;
    response.close = true;
    return response;
}

/// Whether the version's own rules hold (RFC 9112, sections 3.2 and 6.1).
bool is_well_formed(const Http1Parser& parser) {
    const auto& header = parser.get();
    if (parser.chunked() && header.version() < 11) return false;
    return header.version() < 11 || header.find(beast::http::field::host) != header.end();
}

unsigned status_of_bad_header(const boost::system::error_code& fault) {
    return fault == beast::http::error::bad_version ? 505 : 400;
}

Request request_of(const Http1Parser& parser) {
    const auto& header = parser.get();
    Request request;
    request.method = text(header.method_string());
    request.target = text(header.target());
    for (const auto& field : header) request.headers.add(text(field.name_string()), text(field.value()));
    return request;
}

/// The payload of an HTTP2-Settings header, which is base64url without padding (RFC 7540, section 3.2.1).
std::optional<std::string> decode_settings(std::string_view header) {
    std::string encoded(header);
    for (char& c : encoded) c = c == '-' ? '+' : c == '_' ? '/' : c;
    encoded.append((4 - encoded.size() % 4) % 4, '=');
    std::string decoded;
    if (base64_decode(encoded, decoded).kind != Base64Fault::Kind::none) return std::nullopt;
    return decoded;
}

}  // namespace

asio::awaitable<Ending> Http1Session::serve() {
    do {
        const Outcome outcome = co_await serve_one();
        if (outcome == Outcome::upgraded) co_return Ending::upgraded;
        if (outcome == Outcome::linger) co_return Ending::linger;
        if (outcome == Outcome::closed) co_return Ending::closed;
    } while (!closing_);
    co_return Ending::closed;
}

asio::awaitable<std::optional<unsigned>> Http1Session::read_header_block() {
    transport_.expires_after(buffer_.size() == 0 ? options_.idle_time : options_.header_time);
    for (std::size_t searched = 0;;) {
        if (header_block_size(view(buffer_), searched) > 0) co_return 0;
        searched = buffer_.size();
        if (searched >= limits::max_header_bytes) {
            co_return view(buffer_).find("\r\n") == std::string_view::npos ? 414 : 431;
        }
        const auto room = asio::mutable_buffer(buffer_.prepare(header_read_bytes));
        const auto [fault, count] = co_await transport_.async_read_some(room, use_tuple);
        // Whatever is not HTTP gets an answer that says so; a peer that has gone away gets none.
        if (fault == asio::error::eof && searched > 0) co_return 400;
        if (fault) co_return std::nullopt;
        buffer_.commit(count);
        // The header as a whole has its time, however many pieces it comes in.
        if (searched == 0) transport_.expires_after(options_.header_time);
    }
}

asio::awaitable<Http1Session::Outcome> Http1Session::serve_one() {
    const auto unreadable = co_await read_header_block();
    if (!unreadable) co_return Outcome::closed;
    if (*unreadable != 0) co_return co_await refuse(*unreadable);
    const auto block = view(buffer_).substr(0, header_block_size(view(buffer_), 0));
    if (block.size() > limits::max_header_bytes) co_return co_await refuse(431);

    Parser parser;
    parser.header_limit(limits::max_header_bytes);
    parser.body_limit(boost::none);
    boost::system::error_code fault;
    parser.put(asio::buffer(block), fault);
    if (fault) co_return co_await refuse(status_of_bad_header(fault));
    if (!parser.is_header_done() || !is_unambiguous(block) || !is_well_formed(parser)) co_return co_await refuse(400);
    buffer_.consume(block.size());

    busy_ = true;
    Request request = request_of(parser);
    request.from_loopback = transport_.is_from_loopback();
    Outcome outcome = Outcome::upgraded;
    if (wants_http2(parser)) {
        outcome = co_await upgrade(std::move(request));
    } else {
        outcome = co_await answer(request, parser);
    }
    busy_ = false;
    co_return outcome;
}

asio::awaitable<Http1Session::Outcome> Http1Session::refuse(unsigned status) {
    const Request none;
    Response response = refusal(status);
    co_await send(none, std::move(response), false, 11);
    co_return Outcome::linger;
}

asio::awaitable<Http1Session::Outcome> Http1Session::answer(Request& request, Parser& parser) {
    Http1Body body(transport_, buffer_, parser, options_.body_time);
    request.body = &body;
    const unsigned version = parser.get().version();
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
    const bool keep_alive = drained && parser.keep_alive() && !response.close && !closing_;
    const bool sent = co_await send(request, std::move(response), keep_alive, version);
    if (!drained) co_return Outcome::linger;
    co_return sent&& keep_alive ? Outcome::next : Outcome::closed;
}

bool Http1Session::wants_http2(const Parser& parser) const {
    const auto& header = parser.get();
    // A request with a body would have to be read whole before anything else; a server may ignore the wish.
    const bool bodiless = !parser.chunked() && parser.content_length().value_or(0) == 0;
    return bodiless && header.version() == 11 && !transport_.is_encrypted() && !closing_ &&
           beast::http::token_list(header[beast::http::field::upgrade]).exists("h2c") &&
           beast::http::token_list(header[beast::http::field::connection]).exists("HTTP2-Settings") &&
           header.count("HTTP2-Settings") == 1 && decode_settings(text(header["HTTP2-Settings"])).has_value();
}

asio::awaitable<Http1Session::Outcome> Http1Session::upgrade(Request request) {
    static constexpr std::string_view switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    transport_.expires_after(options_.body_time);
    const auto [fault, written] = co_await asio::async_write(transport_, asio::buffer(switching), use_tuple);
    if (fault) co_return Outcome::closed;
    auto settings = decode_settings(request.headers.get("HTTP2-Settings"));
    upgrade_ = {std::move(request), std::move(*settings)};
    co_return Outcome::upgraded;
}

asio::awaitable<bool> Http1Session::send(const Request& request, Response response, bool keep_alive, unsigned version) {
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
    std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::const_buffer()};
    if (whole && !bodiless) buffers[1] = asio::buffer(*whole);
    // A peer that takes some is waited for: the time is for taking none.
    beast::buffers_suffix<std::array<asio::const_buffer, 2>> rest(buffers);
    while (asio::buffer_size(rest) > 0) {
        transport_.expires_after(options_.body_time);
        const auto [fault, written] = co_await transport_.async_write_some(rest, use_tuple);
        if (fault) co_return false;
        rest.consume(written);
    }
    if (!source || bodiless) co_return keep_alive;
    if (length) co_return co_await send_body(**source, length) && keep_alive;
    const PeerWatch watch(transport_.tcp().socket(), **source);
    sending_ = source->get();
    if (closing_) sending_->end_soon();
    const bool sent = co_await send_body(**source, length);
    sending_ = nullptr;
    co_return sent&& keep_alive && !closing_;
}

asio::awaitable<bool> Http1Session::send_body(Body& body, std::optional<std::uint64_t> length) {
    const bool chunked = !length;
    const auto patience = length ? options_.body_time : std::chrono::milliseconds(endless_body_time);
    std::string piece(chunked ? first_piece_bytes : body_piece_bytes, '\0');
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
        transport_.expires_after(patience);
        const auto [fault, written] = co_await asio::async_write(transport_, buffers, use_tuple);
        if (fault) co_return false;
        if (*count == 0) co_return true;
        if (*count == piece.size()) piece.resize(body_piece_bytes);
    }
}

void Http1Session::close_when_idle() {
    closing_ = true;
    if (sending_) sending_->end_soon();
    if (!busy_) transport_.close();
}

}  // namespace rivulet::http
