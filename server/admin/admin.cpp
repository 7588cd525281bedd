#include "server/admin/admin.hpp"

#include "server/wire/encode.hpp"

namespace rivulet::admin {

namespace {

http::Response json_answer(unsigned status, const wire::StringMap& members) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = wire::encode_texts(wire::Format::json, members) + '\n';
    return response;
}

}  // namespace

boost::asio::awaitable<http::Response> answer(http::Request& request, const std::string& authority) {
    const auto path = http::path_of(request.target);
    const bool asks_authority = path == "/_rivulet/authority.pem" && !authority.empty();
    if (path != "/_rivulet/health" && !asks_authority) {
        co_return json_answer(404, {{"error", "There is nothing at " + std::string(path) + '.'}});
    }
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = json_answer(405, {{"error", "Ask with GET."}});
        refused.headers.add("Allow", "GET, HEAD");
        co_return refused;
    }
    if (asks_authority) {
        http::Response response;
        response.headers.add("Content-Type", "application/x-pem-file");
        response.body = authority;
        co_return response;
    }
    co_return json_answer(200, {{"status", "ready"}, {"version", RIVULET_VERSION}});
}

}  // namespace rivulet::admin
