#include "server/router.hpp"

#include "server/wire/credentials.hpp"

namespace rivulet {

namespace {

/// A host such as `bucket.s3.us-east-1.amazonaws.com`, `s3.localhost` or `bucket.localhost`.
bool is_s3_host(std::string_view host) {
    host = host.substr(0, host.rfind(':'));
    return host.starts_with("s3.") || host.find(".s3.") != std::string_view::npos ||
           (host.ends_with(".localhost") && !host.starts_with("kinesis."));
}

}  // namespace

ServiceName route(const http::Request& request) {
    const auto path = http::path_of(request.target);
    if (path.starts_with("/_rivulet/")) return ServiceName::admin;
    const std::string service = wire::signed_service(request);
    if (service == "s3") return ServiceName::s3;
    if (!service.empty() || !request.headers.get("X-Amz-Target").empty()) return ServiceName::kinesis;
    if (is_s3_host(request.headers.get("Host"))) return ServiceName::s3;
    return path == "/" || path.empty() || request.method == "POST" ? ServiceName::kinesis : ServiceName::s3;
}

}  // namespace rivulet
