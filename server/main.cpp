#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <iostream>

#include "s3-sink/object_store.hpp"
#include "server/admin/admin.hpp"
#include "server/allocator.hpp"
#include "server/certificate_files.hpp"
#include "server/command_line.hpp"
#include "server/data_directory.hpp"
#include "server/declared_resources.hpp"
#include "server/descriptor_limit.hpp"
#include "server/http/listener.hpp"
#include "server/kinesis/consumer_lifecycle.hpp"
#include "server/kinesis/on_demand_scaling.hpp"
#include "server/kinesis/service.hpp"
#include "server/kinesis/stream_lifecycle.hpp"
#include "server/kinesis/throttle.hpp"
#include "server/lambda/pipeline.hpp"
#include "server/retention.hpp"
#include "server/router.hpp"
#include "server/s3/s3_service.hpp"
#include "server/tls_on_demand.hpp"

namespace rivulet {

namespace asio = boost::asio;

namespace {

// How long a stopping server waits for the requests that run: well within the ten seconds that container engines give.
constexpr std::chrono::seconds drain_time{5};
constexpr std::size_t blocking_threads = 4;
// File descriptors that are kept for the log, buckets and functions.
constexpr std::size_t spare_descriptors = 512;

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

/// The server's address as a handler on this machine reaches it; by number, so that SDKs address buckets by path.
std::string local_url(const std::string& bind, std::uint16_t port) {
    const auto address = asio::ip::make_address(bind);
    const std::string host = address.is_unspecified() ? "127.0.0.1" : address.to_string();
    return "http://" + (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(port);
}

// Before there are threads there is no SystemClock yet.
Timestamp system_now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

asio::awaitable<std::shared_ptr<const http::TlsContext>> load_tls(TlsOnDemand& tls, BlockingPool& pool) {
    if (auto loaded = tls.context()) co_return loaded;
    const auto done = co_await run_blocking(pool, [&tls] { return tls.load(); });
    if (!done) spdlog::error("There is no certificate for TLS: {}", done.error().message);
    co_return tls.context();
}

/// How connections are treated: as the settings say, in as many of them as there are file descriptors for.
http::Options connection_options(const Settings& settings, TlsOnDemand& tls, BlockingPool& pool) {
    http::Options options;
    options.idle_time = settings.idle_timeout;
    options.header_time = settings.header_timeout;
    options.body_time = settings.body_timeout;
    const std::size_t descriptors = raise_descriptor_limit();
    const std::size_t for_connections =
        descriptors > 2 * spare_descriptors ? descriptors - spare_descriptors : descriptors / 2;
    options.max_connections = std::min<std::size_t>(settings.connection_limit, for_connections);
    if (options.max_connections < settings.connection_limit) {
        spdlog::warn("At most {} connections, as there may be {} open files.", options.max_connections, descriptors);
    }
    options.tls = [&tls, &pool] { return load_tls(tls, pool); };
    return options;
}

wire::Authenticator make_authenticator(const Launch& launch, const Clock& clock, Random& random) {
    if (launch.settings.auth == Auth::none) return wire::Authenticator(clock);
    wire::Authenticator::Secrets secrets;
    for (const auto& known : launch.resources.credentials) {
        const auto by_key = wire::credentials_of(known.access_key_id).owner.account;
        secrets[known.access_key_id] = {known.secret_access_key, known.session_token,
                                        known.account.empty() ? by_key : known.account};
    }
    return wire::Authenticator(clock, std::move(secrets), random);
}

/// Handlers call this server like anyone else.
HandlerCredentials handler_credentials(const wire::Authenticator& authenticator) {
    if (!authenticator.verifies()) return {};
    const auto& secret = authenticator.handler_secret();
    return {std::string(wire::Authenticator::handler_key_prefix), secret.secret_access_key, secret.session_token};
}

void warn_of_an_open_door(const Settings& settings) {
    if (settings.auth != Auth::none || asio::ip::make_address(settings.bind).is_loopback()) return;
    spdlog::warn(
        "Open to other machines: listening on {} with auth: none. Whoever reaches this address may do everything.",
        settings.bind);
}

asio::awaitable<void> until_told_to_stop(asio::signal_set& signals) {
    co_await signals.async_wait(asio::use_awaitable);
}

Result<void> serve(const Launch& launch) {
    const Settings& settings = launch.settings;
    auto directory = DataDirectory::prepare(settings);
    if (!directory) return directory.error();

    SystemRandom random;
    TlsOnDemand tls(settings, directory->path(), system_now, random);
    if (!settings.tls_certificate.empty() || !settings.tls_key.empty()) {
        if (auto loaded = tls.load(); !loaded) return loaded;
    }
    auto threads = std::make_unique<IoThreads>(settings.threads);
    SystemClock clock(threads->first());
    BlockingPool pool(blocking_threads);

    // The port is taken before anything else is touched; nothing is accepted on it before all services are there.
    http::Handler answer;
    auto listener = http::Listener::open(
        *threads, settings.bind, settings.port, [&answer](http::Request& request) { return answer(request); },
        connection_options(settings, tls, pool));
    if (!listener) return listener.error();

    auto store = Store::open({.directory = directory->path() / "log",
                              .durability = settings.durability,
                              .memory_bytes = std::size_t{settings.memory_budget} * 1024 * 1024},
                             clock, pool);
    if (!store) return store.error();
    const auto secret = wait_for(*threads, kinesis::load_token_secret(**store, random));
    if (!secret) return secret.error();
    const kinesis::TokenSealer sealer(*secret);
    const wire::Authenticator authenticator = make_authenticator(launch, clock, random);
    Catalog& catalog = (*store)->catalog();
    kinesis::Lifecycle lifecycle(kinesis::stream_lifecycle(**store), catalog, clock, threads->first());
    kinesis::Subscriptions subscriptions(clock);
    kinesis::Lifecycle consumer_lifecycle(kinesis::consumer_lifecycle(**store), catalog, clock, threads->first());
    kinesis::Service kinesis_service{**store,       clock, random, settings, lifecycle, consumer_lifecycle,
                                     subscriptions, sealer};
    kinesis::Throttle throttle(clock);
    if (settings.limits == LimitsMode::enforce) kinesis_service.throttle = &throttle;
    kinesis::OnDemandScaling on_demand(kinesis_service, threads->first());
    kinesis_service.on_demand = &on_demand;
    kinesis::Protocol protocol(kinesis_service);
    RetentionJob retention(**store, clock, pool, settings, threads->first());

    auto objects = ObjectStore::open({directory->path() / "s3", settings.durability}, clock, random);
    if (!objects) return objects.error();
    // Whoever calls without credentials, as a browser does, calls for the configured account.
    S3Service s3(**objects, pool, clock, random, authenticator, settings.owner());

    const std::string endpoint_url = local_url(settings.bind, (*listener)->port());
    Pipeline pipeline({*threads, pool, **store, **objects, clock, random, directory->path(), endpoint_url,
                       handler_credentials(authenticator)});
    if (auto loaded = pipeline.load(); !loaded) return loaded;

    const admin::Services admin_services{**store, **objects, pool, tls};
    answer = [&](http::Request& request) -> asio::awaitable<http::Response> {
        switch (route(request)) {
            case ServiceName::kinesis: return wire::answer_json(protocol, request, authenticator, random);
            case ServiceName::s3: return s3.handle(request);
            case ServiceName::admin: break;
        }
        return admin::answer(request, admin_services);
    };

    lifecycle.resume();
    consumer_lifecycle.resume();
    auto declared =
        wait_for(*threads, declare_resources(launch, {kinesis_service, **objects, pipeline.tables(), pool}));
    if (!declared) return declared;
    retention.start();
    on_demand.start();
    // Listened for before anybody can know that the server is there, so that no stop comes too early to be orderly.
    auto signals = std::make_unique<asio::signal_set>(threads->first(), SIGINT, SIGTERM);
    (*listener)->start();
    wait_for(*threads, pipeline.start());
    warn_of_an_open_door(settings);
    // Whoever is told that the server is ready may take the authority's file at once. Requests are answered already.
    tls.await_files();
    std::cout << "Listening on " << endpoint_url << "\nListening on https" << endpoint_url.substr(4);
    if (settings.tls_certificate.empty()) {
        std::cout << ", vouched for by " << authority_path(directory->path()).string();
    }
    std::cout << "\nReady." << std::endl;

    wait_for(*threads, until_told_to_stop(*signals));
    signals.reset();  // a second signal ends the server at once
    spdlog::info("Stopping.");
    // Handlers may still call this server while the pollers end.
    wait_for(*threads, pipeline.stop());
    wait_for(*threads, (*listener)->stop(drain_time));
    lifecycle.stop();
    consumer_lifecycle.stop();
    retention.stop();
    on_demand.stop();
    clock.stop();
    listener->reset();
    // Nothing runs on the io threads any more, but what still answers to them must find them there.
    threads->stop();
    pool.join();
    (*store)->drain();
    // What is still suspended goes while all that it refers to is there.
    threads.reset();
    return {};
}

Result<void> show_certificate(const Settings& settings) {
    if (!settings.tls_certificate.empty()) {
        std::cout << "The server shows the certificate " << settings.tls_certificate.string()
                  << ". Clients must trust whoever issued it.\n";
        return {};
    }
    if (settings.ephemeral) {
        std::cout << "An ephemeral server makes an authority for itself alone. Ask it while it runs:\n"
                     "curl http://localhost:"
                  << settings.port << "/_rivulet/authority.pem\n";
        return {};
    }
    SystemRandom random;
    const auto certificate = prepare_certificate(settings, settings.data_dir, system_now(), random);
    if (!certificate) return certificate.error();
    std::cout << certificate_instructions(settings, authority_path(settings.data_dir));
    return {};
}

int run(int argc, char** argv) {
    keep_little_free_memory();
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
    // A file that may not grow any more is a failed write, as a full disk is, and no reason to end.
    std::signal(SIGXFSZ, SIG_IGN);
    const auto done = launch.command == Command::show_certificate ? show_certificate(launch.settings) : serve(launch);
    return done ? 0 : refuse(done.error());
}

}  // namespace

}  // namespace rivulet

int main(int argc, char** argv) {
    return rivulet::run(argc, argv);
}
