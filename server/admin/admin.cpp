#include "server/admin/admin.hpp"

#include <spdlog/spdlog.h>

#include "server/admin/change_guard.hpp"
#include "server/admin/json_answer.hpp"
#include "server/admin/snapshots.hpp"

namespace rivulet::admin {

namespace {

boost::asio::awaitable<std::string> load_authority(const Services& services) {
    const auto loaded = co_await run_blocking(services.pool, [&tls = services.tls] { return tls.load(); });
    if (!loaded) spdlog::error("There is no certificate for TLS: {}", loaded.error().message);
    co_return services.tls.authority();
}

}  // namespace

boost::asio::awaitable<http::Response> answer(http::Request& request, const Services& services) {
    if (auto refused = refuse_change(request)) co_return std::move(*refused);
    const auto path = http::path_of(request.target);
    if (path == "/_rivulet/snapshots") co_return co_await create_snapshot_endpoint(request, services);
    std::string authority;
    if (path == "/_rivulet/authority.pem") authority = co_await load_authority(services);
    if (path != "/_rivulet/health" && authority.empty()) {
        co_return json_answer(404, {{"error", "There is nothing at " + std::string(path) + '.'}});
    }
    if (request.method != "GET" && request.method != "HEAD") co_return method_refused("GET, HEAD");
    if (!authority.empty()) {
        http::Response response;
        response.headers.add("Content-Type", "application/x-pem-file");
        response.body = std::move(authority);
        co_return response;
    }
    co_return json_answer(200, {{"status", "ready"}, {"version", RIVULET_VERSION}});
}

}  // namespace rivulet::admin
