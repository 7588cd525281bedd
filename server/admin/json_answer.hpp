#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "server/http/message.hpp"

namespace rivulet::admin {

inline http::Response json_answer(unsigned status, const nlohmann::json& body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    // What a message tells again of a request need not be UTF-8.
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    return response;
}

/// An answer for a method that the endpoint does not have.
inline http::Response method_refused(const std::string& allowed) {
    auto refused = json_answer(405, {{"error", "Ask with " + allowed + '.'}});
    refused.headers.add("Allow", allowed);
    return refused;
}

}  // namespace rivulet::admin
