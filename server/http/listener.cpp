#include "server/http/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_set>

#include "common/waiter.hpp"
#include "server/http/connection.hpp"

namespace rivulet::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// Above the limit of connections, so many more are told so; what comes on top is closed without a word.
constexpr std::size_t refused_connections = 64;
constexpr const char* retry_seconds = "1";

asio::awaitable<Response> busy(Request&) {
    Response response;
    response.status = 503;
    response.headers.add("Retry-After", retry_seconds);
    response.headers.add("Content-Type", "text/plain");
    response.body = std::string("Too many connections.\n");
    response.close = true;
    co_return response;
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
    State(IoThreads& io_threads, Handler request_handler, Options connection_options)
        : threads(io_threads),
          handler(std::move(request_handler)),
          options(std::move(connection_options)),
          acceptor(io_threads.first()) {}

    asio::awaitable<void> accept_all();
    void serve(tcp::socket socket);

    /// Calls `action` on each connection, on the connection's own executor.
    void for_each(void (Connection::*action)());

    IoThreads& threads;
    const Handler handler;
    const Handler refuse = busy;
    const Options options;
    tcp::acceptor acceptor;  ///< on the first io thread
    std::mutex mutex;
    std::unordered_set<std::shared_ptr<Connection>> connections;
    bool stopping = false;
    std::function<void()> on_last_closed;
};

asio::awaitable<void> Listener::State::accept_all() {
    while (acceptor.is_open()) {
        auto [fault, socket] = co_await acceptor.async_accept(threads.next(), use_tuple);
        if (!fault) {
            serve(std::move(socket));
        } else if (acceptor.is_open()) {
            // Out of file descriptors, most likely: connections that end give some back.
            spdlog::warn("A connection cannot be accepted: {}", fault.message());
            asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(20));
            co_await pause.async_wait(use_tuple);
        }
    }
}

void Listener::State::serve(tcp::socket socket) {
    std::shared_ptr<Connection> connection;
    {
        const std::lock_guard lock(mutex);
        const bool full = connections.size() >= options.max_connections;
        if (stopping || connections.size() >= options.max_connections + refused_connections) return;
        connection = std::make_shared<Connection>(std::move(socket), full ? refuse : handler, options, full);
        connections.insert(connection);
    }
    asio::co_spawn(
        connection->get_executor(), [connection] { return connection->serve(); },
        [self = shared_from_this(), connection](const std::exception_ptr& exception) {
            if (exception) {
                try {
                    std::rethrow_exception(exception);
                } catch (const std::exception& fault) {
                    spdlog::debug("A connection ended: {}", fault.what());
                }
            }
            const std::lock_guard lock(self->mutex);
            self->connections.erase(connection);
            if (self->connections.empty() && self->on_last_closed) self->on_last_closed();
        });
}

void Listener::State::for_each(void (Connection::*action)()) {
    const std::lock_guard lock(mutex);
    for (const auto& connection : connections) {
        asio::post(connection->get_executor(), [connection, action] { ((*connection).*action)(); });
    }
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
    boost::system::error_code ignored;
    asio::post(state_->threads.first(), [state = state_] {
        boost::system::error_code fault;
        state->acceptor.close(fault);
    });
    state_->for_each(&Connection::close_now);
}

Result<std::unique_ptr<Listener>> Listener::open(IoThreads& threads, const std::string& address, std::uint16_t port,
                                                 Handler handler, Options options) {
    const auto refused = [&](const boost::system::error_code& fault) {
        return Error(
            ErrorCode::io_failure,
            "Cannot listen on " + address + " port " + std::to_string(port) + ": " + fault.message() +
                (fault == asio::error::address_in_use ? ". Stop what uses the port, or choose another with --port."
                                                      : "."));
    };
    boost::system::error_code fault;
    const auto ip = asio::ip::make_address(address, fault);
    if (fault) return refused(fault);
    const tcp::endpoint endpoint(ip, port);
    auto state = std::make_shared<State>(threads, std::move(handler), std::move(options));
    tcp::acceptor& acceptor = state->acceptor;
    acceptor.open(endpoint.protocol(), fault);
    if (!fault) acceptor.set_option(asio::socket_base::reuse_address(true), fault);
    if (!fault) acceptor.bind(endpoint, fault);
    if (!fault) acceptor.listen(asio::socket_base::max_listen_connections, fault);
    if (fault) return refused(fault);
    return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

std::uint16_t Listener::port() const {
    boost::system::error_code ignored;
    return state_->acceptor.local_endpoint(ignored).port();
}

void Listener::start() {
    asio::co_spawn(
        state_->threads.first(), [state = state_] { return state->accept_all(); }, [](const std::exception_ptr&) {});
}

asio::awaitable<void> Listener::stop(std::chrono::milliseconds patience) {
    Waiter closed(co_await asio::this_coro::executor);
    asio::post(state_->threads.first(), [state = state_] {
        boost::system::error_code ignored;
        state->acceptor.close(ignored);
    });
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        if (state_->connections.empty()) co_return;
        state_->on_last_closed = closed.waker();
    }
    state_->for_each(&Connection::close_when_idle);
    SystemClock clock(co_await asio::this_coro::executor);
    if (co_await closed.wait_for(clock, patience)) co_return;
    state_->for_each(&Connection::close_now);
    co_await closed.wait_for(clock, std::chrono::seconds(1));
}

}  // namespace rivulet::http
