#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/result.hpp"
#include "server/http/message.hpp"
#include "server/http/options.hpp"
#include "server/io_threads.hpp"

namespace rivulet::http {

/// Listens on one address and serves every connection until stopped: HTTP/1.1 and HTTP/2, in clear and through TLS, as
/// each client begins. Connections are spread over the io threads. Requests of HTTP/1.1 run one after another, in the
/// order they came, those of HTTP/2 beside each other on the connection's thread.
///
/// Thread safety: every member may be called from any thread.
class Listener {
public:
    /// Binds and listens; nothing is accepted before `start`. `threads` must outlive the listener. Port 0 takes a free
    /// one. Errors: io_failure, saying which address cannot be listened on and why.
    static Result<std::unique_ptr<Listener>> open(IoThreads& threads, const std::string& address, std::uint16_t port,
                                                  Handler handler, Options options = {});

    /// Closes what is still open. Call `stop` before, so that no request is cut off.
    ~Listener();

    std::uint16_t port() const;

    void start();

    /// Accepts no more, closes idle connections, and returns when the requests that run have been answered, or after
    /// `patience`, when the rest is cut off.
    boost::asio::awaitable<void> stop(std::chrono::milliseconds patience);

private:
    struct State;
    explicit Listener(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::http
