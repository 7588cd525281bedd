#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "server/http/message.hpp"

namespace rivulet::http {

/// While it lives: asks an answer's body to end when the client closes its side of the connection. A body that waits
/// for what is to come would otherwise not know before it has something to send. A client that sends more (its next
/// request, say) is watched no further. Private to this room.
///
/// Thread safety: none; everything happens on the socket's executor. No other operation may be under way on the socket
/// when the watch ends.
class PeerWatch {
public:
    PeerWatch(boost::asio::ip::tcp::socket& socket, Body& body);
    ~PeerWatch();
    PeerWatch(const PeerWatch&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::http
