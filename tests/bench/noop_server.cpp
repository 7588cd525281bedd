// The yardstick of a request: a Beast server that reads a request to its end and answers it, and does nothing else. As
// many io_contexts as cores, one thread each, coroutines: what Rivulet stands on.
//
// usage: noop_server PORT

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket) {
    socket.set_option(tcp::no_delay(true));
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    while (true) {
        beast::http::request_parser<beast::http::string_body> parser;
        parser.body_limit(boost::none);
        const auto [unread, read] = co_await beast::http::async_read(stream, buffer, parser, use_tuple);
        if (unread) co_return;
        beast::http::response<beast::http::string_body> response(beast::http::status::ok, 11);
        response.set(beast::http::field::content_type, "application/x-amz-json-1.1");
        response.body() = R"({"ShardId":"shardId-000000000000"})";
        response.prepare_payload();
        const auto [unsent, sent] = co_await beast::http::async_write(stream, response, use_tuple);
        if (unsent) co_return;
    }
}

asio::awaitable<void> listen(std::vector<std::unique_ptr<asio::io_context>>& contexts, unsigned short port) {
    tcp::acceptor acceptor(*contexts.front(), {asio::ip::address_v4::loopback(), port});
    std::cout << acceptor.local_endpoint().port() << std::endl;
    for (std::size_t turn = 0;; ++turn) {
        auto& context = *contexts[turn % contexts.size()];
        auto [fault, socket] = co_await acceptor.async_accept(context, use_tuple);
        if (!fault) asio::co_spawn(context, serve(std::move(socket)), asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0);
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
        contexts.push_back(std::make_unique<asio::io_context>(1));
    }
    asio::co_spawn(*contexts.front(), listen(contexts, port), asio::detached);
    std::vector<std::thread> threads;
    for (auto& context : contexts) {
        threads.emplace_back([&context] {
            const auto work = asio::make_work_guard(*context);
            context->run();
        });
    }
    for (auto& thread : threads) thread.join();
}
