#include "server/http/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/limits.hpp"
#include "server/http/http1_session.hpp"
#include "server/http/http2_session.hpp"

namespace rivulet::http {

namespace asio = boost::asio;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t first_read_bytes = 8 * 1024;
// A peer that has to be turned away may go on sending for so long and so much: a close at once would destroy the
// answer on its way (RFC 9112, section 9.6).
constexpr std::chrono::seconds linger_time{5};
constexpr std::uint64_t max_lingering_bytes = 64 * 1024 * 1024;
constexpr std::chrono::seconds farewell_time{1};

std::string_view view(const boost::beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Handler& handler, const Options& options, bool only_answer)
    : transport_(std::move(socket)),
      // Room for a whole header, and for what a client that does not wait sends after it.
      buffer_(2 * limits::max_header_bytes),
      handler_(handler),
      options_(options),
      only_answer_(only_answer) {}

asio::awaitable<void> Connection::serve() {
    boost::system::error_code ignored;
    transport_.tcp().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    Protocol protocol = co_await recognise(options_.idle_time);
    if (protocol == Protocol::tls) protocol = co_await recognise_within_tls();
    Ending ending = Ending::closed;
    if (protocol == Protocol::http1) ending = co_await serve_http1();
    if (protocol == Protocol::http2) ending = co_await serve_http2();
    if (!closing_) {
        co_await transport_.end_sending(farewell_time);
        if (ending == Ending::linger) co_await transport_.discard(linger_time, max_lingering_bytes);
    }
    transport_.close();
}

asio::awaitable<Protocol> Connection::recognise(std::chrono::milliseconds patience) {
    transport_.expires_after(patience);
    for (;;) {
        const Protocol protocol = recognise_protocol(view(buffer_));
        if (protocol != Protocol::undecided || closing_) co_return protocol;
        const auto room = asio::mutable_buffer(buffer_.prepare(first_read_bytes));
        const auto [fault, count] = co_await transport_.async_read_some(room, use_tuple);
        if (fault) co_return Protocol::undecided;
        buffer_.commit(count);
    }
}

asio::awaitable<Protocol> Connection::recognise_within_tls() {
    if (!options_.tls) co_return Protocol::undecided;
    const auto tls = co_await options_.tls();
    if (!tls) co_return Protocol::undecided;
    transport_.expires_after(options_.header_time);
    if (!co_await transport_.handshake(*tls, buffer_)) co_return Protocol::undecided;
    const auto agreed = transport_.agreed_protocol();
    if (!agreed.empty()) co_return agreed == "h2" ? Protocol::http2 : Protocol::http1;
    // A client that does not know ALPN speaks for itself; TLS within TLS is none of what is understood.
    const Protocol protocol = co_await recognise(options_.idle_time);
    co_return protocol == Protocol::tls ? Protocol::http1 : protocol;
}

asio::awaitable<Ending> Connection::serve_session(Session& session) {
    if (closing_) co_return Ending::closed;
    session_ = &session;
    const Ending ending = co_await session.serve();
    session_ = nullptr;
    co_return ending;
}

asio::awaitable<Ending> Connection::serve_http1() {
    Http1Session session(transport_, buffer_, handler_, options_, only_answer_);
    const Ending ending = co_await serve_session(session);
    if (ending != Ending::upgraded) co_return ending;
    Http2Session upgraded(transport_, buffer_, handler_, options_, only_answer_);
    if (!upgraded.adopt(session.take_upgrade())) co_return Ending::closed;
    co_return co_await serve_session(upgraded);
}

asio::awaitable<Ending> Connection::serve_http2() {
    Http2Session session(transport_, buffer_, handler_, options_, only_answer_);
    co_return co_await serve_session(session);
}

void Connection::close_when_idle() {
    closing_ = true;
    if (session_) {
        session_->close_when_idle();
    } else {
        close_now();
    }
}

void Connection::close_now() {
    closing_ = true;
    transport_.close();
}

}  // namespace rivulet::http
