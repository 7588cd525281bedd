#include "server/admin/change_guard.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>

#include "server/admin/json_answer.hpp"

namespace rivulet::admin {

namespace {

using boost::beast::iequals;

bool is_port(std::string_view text) {
    return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_scheme(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (iequals(origin.substr(0, scheme.size()), scheme)) return origin.substr(scheme.size());
    }
    return {};
}

}  // namespace

// Compared as it is written: a parser of URLs may take the beginning of `127.0.0.1.example.com` for an address, as
// Boost.URL 1.81 does.
bool is_local_origin(std::string_view origin) {
    constexpr std::array<std::string_view, 3> hosts = {"127.0.0.1", "[::1]", "localhost"};
    const std::string_view authority = without_scheme(origin);
    return std::ranges::any_of(hosts, [&](std::string_view host) {
        if (!iequals(authority.substr(0, host.size()), host)) return false;
        const auto rest = authority.substr(host.size());
        return rest.empty() || (rest.size() > 1 && rest.front() == ':' && is_port(rest.substr(1)));
    });
}

std::optional<http::Response> refuse_change(const http::Request& request) {
    if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") return std::nullopt;
    if (!request.from_loopback) {
        return json_answer(403,
                           {{"error", "This may only be asked for on the server's machine, by its loopback address."}});
    }
    if (const auto origin = request.headers.find("Origin"); origin && !is_local_origin(*origin)) {
        return json_answer(403, {{"error", "Pages of " + std::string(*origin) + " may not ask for this."}});
    }
    if (!iequals(http::media_type_of(request.headers), "application/json")) {
        return json_answer(415, {{"error", "Send application/json."}});
    }
    return std::nullopt;
}

}  // namespace rivulet::admin
