#include "server/http/transport.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rivulet::http {

namespace asio = boost::asio;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

bool is_loopback(const asio::ip::tcp::socket& socket) {
    boost::system::error_code fault;
    const auto address = socket.remote_endpoint(fault).address();
    if (fault) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

}  // namespace

Transport::Transport(asio::ip::tcp::socket socket)
    : tcp_(std::move(socket)), from_loopback_(is_loopback(tcp_.socket())) {}

asio::awaitable<bool> Transport::handshake(const TlsContext& context, boost::beast::flat_buffer& buffer) {
    tls_ = std::make_unique<Tls>(tcp_, context.context());
    const auto read = asio::const_buffer(buffer.data());
    const auto [fault, used] = co_await tls_->async_handshake(asio::ssl::stream_base::server, read, use_tuple);
    buffer.consume(used);
    co_return !fault;
}

std::string_view Transport::agreed_protocol() const {
    if (!tls_) return {};
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(tls_->native_handle(), &name, &length);
    return {reinterpret_cast<const char*>(name), length};
}

asio::awaitable<void> Transport::end_sending(std::chrono::steady_clock::duration time) {
    if (tls_ && !peer_has_ended()) {
        // Sends the closing alert; that the peer's own comes back is not waited for any longer than this.
        tcp_.expires_after(time);
        co_await tls_->async_shutdown(use_tuple);
    }
    boost::system::error_code ignored;
    tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

bool Transport::peer_has_ended() {
    char byte = 0;
    return ::recv(tcp_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

asio::awaitable<void> Transport::discard(std::chrono::steady_clock::duration time, std::uint64_t bytes) {
    if (peer_has_ended()) co_return;
    tcp_.expires_after(time);
    std::string sink(64 * 1024, '\0');
    for (std::uint64_t read = 0; read < bytes;) {
        const auto [fault, count] = co_await tcp_.async_read_some(asio::buffer(sink), use_tuple);
        if (fault) co_return;
        read += count;
    }
}

}  // namespace rivulet::http
