#include "server/admin/admin.hpp"

#include "server/admin/json_answer.hpp"
#include "server/admin/snapshots.hpp"

namespace rivulet::admin {

boost::asio::awaitable<http::Response> answer(http::Request& request, const Services& services) {
    const auto path = http::path_of(request.target);
    if (path == "/_rivulet/snapshots") co_return co_await create_snapshot_endpoint(request, services);
    const bool asks_authority = path == "/_rivulet/authority.pem" && !services.authority.empty();
    if (path != "/_rivulet/health" && !asks_authority) {
        co_return json_answer(404, {{"error", "There is nothing at " + std::string(path) + '.'}});
    }
    if (request.method != "GET" && request.method != "HEAD") co_return method_refused("GET, HEAD");
    if (asks_authority) {
        http::Response response;
        response.headers.add("Content-Type", "application/x-pem-file");
        response.body = services.authority;
        co_return response;
    }
    co_return json_answer(200, {{"status", "ready"}, {"version", RIVULET_VERSION}});
}

}  // namespace rivulet::admin
