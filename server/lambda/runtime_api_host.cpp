#include "server/lambda/runtime_api_host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http/listener.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr std::chrono::seconds close_patience{2};
// An answer that is too large is read to its end, so that the process gets to hear it; up to here.
constexpr std::size_t max_drained_bytes = 64 * 1024 * 1024;

// The body, up to `limit`; what is above is read and thrown away.
asio::awaitable<Result<std::string>> read_body(http::Body& body, std::size_t limit) {
    std::string text;
    std::string piece(64 * 1024, '\0');
    std::size_t total = 0;
    for (;;) {
        const auto count = co_await body.read_some(piece);
        if (!count) co_return count.error();
        if (*count == 0) break;
        total += *count;
        if (total <= limit) text.append(piece, 0, *count);
        if (total > max_drained_bytes) break;
    }
    if (total > limit) co_return Error(ErrorCode::request_entity_too_large, "The body is too large.");
    co_return std::move(text);
}

// A request comes on its connection's thread and is answered on that of the API; its body is read on the former.
asio::awaitable<http::Response> serve(RuntimeApi& api, http::Request& request) {
    const auto connection = co_await asio::this_coro::executor;
    RuntimeCall call{request.method, http::path_of(request.target),
                     request.headers.get("Lambda-Runtime-Function-Error-Type"), [&](std::size_t limit) {
                         return asio::co_spawn(connection, read_body(*request.body, limit), asio::use_awaitable);
                     }};
    auto reply = co_await asio::co_spawn(api.executor(), api.answer(std::move(call)), asio::use_awaitable);
    http::Response response;
    response.status = reply.status;
    for (auto& [name, value] : reply.headers) response.headers.add(std::move(name), std::move(value));
    response.body = std::move(reply.body);
    co_return std::move(response);
}

class Endpoint final : public RuntimeApiEndpoint {
public:
    explicit Endpoint(std::unique_ptr<http::Listener> listener)
        : listener_(std::move(listener)), address_(std::string(loopback) + ':' + std::to_string(listener_->port())) {
        listener_->start();
    }

    std::string address() const override { return address_; }
    asio::awaitable<void> close() override { return listener_->stop(close_patience); }

private:
    std::unique_ptr<http::Listener> listener_;
    const std::string address_;
};

}  // namespace

Result<std::unique_ptr<RuntimeApiEndpoint>> HttpRuntimeApiHost::open(std::shared_ptr<RuntimeApi> api) {
    auto listener =
        http::Listener::open(threads_, loopback, 0, [api](http::Request& request) { return serve(*api, request); });
    if (!listener) return listener.error();
    return std::unique_ptr<RuntimeApiEndpoint>(std::make_unique<Endpoint>(std::move(*listener)));
}

}  // namespace rivulet
