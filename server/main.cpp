#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <iostream>

#include "server/admin/admin.hpp"
#include "server/command_line.hpp"
#include "server/data_directory.hpp"
#include "server/declared_resources.hpp"
#include "server/http/listener.hpp"
#include "server/kinesis/service.hpp"
#include "server/retention.hpp"
#include "server/router.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

// How long a stopping server waits for the requests that run.
constexpr std::chrono::seconds drain_time{10};
constexpr std::size_t blocking_threads = 4;

void start_logging(const std::string& level) {
    auto logger = spdlog::stderr_color_mt("rivulet");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

/// Runs a coroutine on the io threads and waits for it, from the main thread.
template <class T>
T wait_for(IoThreads& threads, asio::awaitable<T> coroutine) {
    return asio::co_spawn(threads.first(), std::move(coroutine), asio::use_future).get();
}

asio::awaitable<void> until_told_to_stop() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(asio::use_awaitable);
}

Result<void> serve(const Launch& launch) {
    const Settings& settings = launch.settings;
    auto directory = DataDirectory::prepare(settings);
    if (!directory) return directory.error();

    auto threads = std::make_unique<IoThreads>(settings.threads);
    SystemClock clock(threads->first());
    SystemRandom random;
    BlockingPool pool(blocking_threads);

    kinesis::Protocol* kinesis_protocol = nullptr;
    auto listener = http::Listener::open(*threads, settings.bind, settings.port,
                                         [&](http::Request& request) -> asio::awaitable<http::Response> {
                                             switch (route(request)) {
                                                 case ServiceName::admin: return admin::answer(request);
                                                 case ServiceName::kinesis:
                                                     return wire::answer_json(*kinesis_protocol, request, random);
                                                 case ServiceName::s3:
                                                     return wire::answer_json(*kinesis_protocol, request, random);
                                             }
                                             return admin::answer(request);
                                         });
    if (!listener) return listener.error();

    auto store = Store::open({directory->path() / "log", settings.durability}, clock, pool);
    if (!store) return store.error();
    const auto secret = wait_for(*threads, kinesis::load_token_secret(**store, random));
    if (!secret) return secret.error();
    const kinesis::TokenSealer sealer(*secret);
    kinesis::StreamLifecycle lifecycle(**store, clock, threads->first());
    kinesis::Service kinesis_service{**store, clock, random, settings, lifecycle, sealer};
    kinesis::Protocol protocol(kinesis_service);
    kinesis_protocol = &protocol;
    RetentionJob retention(**store, clock, pool, settings, threads->first());

    lifecycle.resume();
    if (auto declared = wait_for(*threads, declare_resources(launch, kinesis_service)); !declared) {
        return declared.error();
    }
    retention.start();
    (*listener)->start();
    std::cout << "Listening on http://" << settings.bind << ':' << (*listener)->port() << "\nReady." << std::endl;

    wait_for(*threads, until_told_to_stop());
    spdlog::info("Stopping.");
    wait_for(*threads, (*listener)->stop(drain_time));
    lifecycle.stop();
    pool.join();
    clock.stop();
    listener->reset();
    // What is still suspended goes while all that it refers to is there.
    threads.reset();
    return {};
}

int run(int argc, char** argv) {
    auto asked = read_command_line(argc, argv, environ);
    if (const int* const status = std::get_if<int>(&asked)) return *status;
    const auto refuse = [](const Error& error) {
        std::cerr << "rivulet: " << error.message << std::endl;
        return 1;
    };
    if (const Error* const error = std::get_if<Error>(&asked)) return refuse(*error);
    const auto& launch = std::get<Launch>(asked);
    start_logging(launch.settings.log_level);
    std::signal(SIGPIPE, SIG_IGN);
    const auto served = serve(launch);
    return served ? 0 : refuse(served.error());
}

}  // namespace

}  // namespace rivulet

int main(int argc, char** argv) {
    return rivulet::run(argc, argv);
}
