#include "server/wire/credentials.hpp"

#include <algorithm>

#include "server/wire/signature_v4.hpp"

namespace rivulet::wire {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has(const Parts& parts, std::string_view name) {
    const auto found = parts.find(name);
    return found != parts.end() && !found->second.empty();
}

Credentials credentials_of_scope(std::string_view credential) {
    const auto scope = parse_scope(credential);
    Credentials credentials = credentials_of(scope ? scope->access_key : std::string(credential));
    if (scope) {
        credentials.service = scope->service;
        credentials.owner.region = scope->region;
    }
    // A scope that names no region is no reason to refuse a call here; keys of stored things take no other characters.
    if (!is_region(credentials.owner.region)) credentials.owner.region = "us-east-1";
    return credentials;
}

Result<Credentials> read_header(const http::Request& request, std::string_view header) {
    const Parts parts = authorization_parts(header);
    std::string missing;
    for (const auto* name : {"Credential", "Signature", "SignedHeaders"}) {
        if (!has(parts, name)) missing += "Authorization header requires '" + std::string(name) + "' parameter. ";
    }
    if (!request.headers.find("X-Amz-Date") && !request.headers.find("Date")) {
        missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if (!missing.empty())
        return Error(ErrorCode::incomplete_signature, missing + "Authorization=" + std::string(header));
    return credentials_of_scope(parts.find("Credential")->second);
}

Result<Credentials> read_query(const Parts& parameters) {
    std::string missing;
    for (const auto* name :
         {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
        if (!has(parameters, name)) missing += "AWS query-string parameters must include '" + std::string(name) + "'. ";
    }
    if (!missing.empty()) {
        return Error(ErrorCode::incomplete_signature, missing + "Re-examine the query-string parameters.");
    }
    return credentials_of_scope(parameters.find("X-Amz-Credential")->second);
}

}  // namespace

Parts authorization_parts(std::string_view header) {
    Parts parts;
    header.remove_prefix(std::min(header.find(' '), header.size()));
    while (!header.empty()) {
        const auto part = header.substr(0, header.find(','));
        header.remove_prefix(std::min(part.size() + 1, header.size()));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        parts.emplace(trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)));
    }
    return parts;
}

Parts query_parts(const http::Request& request) {
    Parts parts;
    for (auto& [name, value] :
         http::query_of(request.target).value_or(std::vector<std::pair<std::string, std::string>>{})) {
        parts.emplace(name, value);
    }
    return parts;
}

Credentials credentials_of(std::string access_key) {
    Credentials credentials;
    credentials.owner.account = is_account(access_key) ? access_key : default_account;
    credentials.access_key = std::move(access_key);
    return credentials;
}

Result<Credentials> read_credentials(const http::Request& request) {
    const auto header = request.headers.find("Authorization");
    const Parts parameters = query_parts(request);
    const bool by_query = parameters.contains("X-Amz-Algorithm");
    if (header && by_query) {
        return Error(ErrorCode::invalid_signature,
                     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
    }
    if (header) return read_header(request, *header);
    if (by_query) return read_query(parameters);
    return Error(ErrorCode::missing_authentication_token, "Missing Authentication Token");
}

std::string signed_service(const http::Request& request) {
    std::string scope;
    if (const auto header = request.headers.find("Authorization")) {
        const Parts parts = authorization_parts(*header);
        if (const auto found = parts.find("Credential"); found != parts.end()) scope = found->second;
    } else {
        const Parts parameters = query_parts(request);
        if (const auto found = parameters.find("X-Amz-Credential"); found != parameters.end()) scope = found->second;
    }
    return scope.empty() ? std::string() : credentials_of_scope(scope).service;
}

}  // namespace rivulet::wire
