#include "server/http/peer_watch.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace rivulet::http {

namespace asio = boost::asio;
using asio::ip::tcp;

struct PeerWatch::State {
    tcp::socket& socket;
    Body& body;
    bool over = false;

    /// Whether the connection's end can be read; what else there is to read stays where it is.
    bool peer_has_closed() const {
        char next = 0;
        const auto count = ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    }
};

PeerWatch::PeerWatch(tcp::socket& socket, Body& body) : state_(new State{socket, body}) {
    socket.async_wait(tcp::socket::wait_read, [state = state_](const boost::system::error_code& fault) {
        // After the watch is over neither the socket nor the body need be there any more.
        if (!state->over && !fault && state->peer_has_closed()) state->body.end_soon();
    });
}

PeerWatch::~PeerWatch() {
    state_->over = true;
    boost::system::error_code ignored;
    state_->socket.cancel(ignored);
}

}  // namespace rivulet::http
