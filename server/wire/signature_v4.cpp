#include "server/wire/signature_v4.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "server/http/date.hpp"
#include "server/wire/credentials.hpp"

namespace rivulet::wire {

namespace {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

std::string uri_encoded(std::string_view text, std::string_view kept = {}) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// A path without empty parts, `.` and `..` (RFC 3986, section 6.2.2.3).
std::string shortest_path(std::string_view path) {
    std::vector<std::string_view> kept;
    for (const auto part : split(path, '/')) {
        if (part == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (!part.empty() && part != ".") {
            kept.push_back(part);
        }
    }
    std::string shortest;
    for (const auto part : kept) shortest += '/' + std::string(part);
    return shortest.empty() || path.ends_with('/') ? shortest + '/' : shortest;
}

std::string canonical_path(std::string_view path, PathRule rule) {
    if (path.empty()) return "/";
    if (rule == PathRule::encoded_again) return uri_encoded(shortest_path(path), "/");
    return uri_encoded(http::percent_decode(path).value_or(std::string(path)), "/");
}

std::string canonical_query(std::string_view target, bool by_query) {
    std::vector<std::pair<std::string, std::string>> encoded;
    using Parameters = std::vector<std::pair<std::string, std::string>>;
    for (const auto& [name, value] : http::query_of(target).value_or(Parameters{})) {
        if (by_query && name == "X-Amz-Signature") continue;
        encoded.emplace_back(uri_encoded(name), uri_encoded(value));
    }
    std::ranges::sort(encoded);
    std::string query;
    for (const auto& [name, value] : encoded) query += (query.empty() ? "" : "&") + name + '=' + value;
    return query;
}

/// Without spaces at the ends, and with one where there are several.
void append_trimmed(std::string& out, std::string_view value) {
    bool first = true;
    for (const auto word : split(value, ' ')) {
        if (word.empty()) continue;
        if (!first) out += ' ';
        first = false;
        out += word;
    }
}

std::string canonical_header(const http::Fields& headers, const std::string& name) {
    std::string line = name + ':';
    bool first = true;
    for (const auto& [key, value] : headers) {
        if (!boost::beast::iequals(key, name)) continue;
        if (!first) line += ',';
        first = false;
        append_trimmed(line, value);
    }
    return line + '\n';
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ";") + name;
    return text;
}

/// The time in the form that is signed, also where a client gives it in the form of HTTP.
std::string signed_time(std::string_view given) {
    const auto time = http::parse_http_date(given);
    return time ? http::basic_date(*time) : std::string(given);
}

std::optional<Signature> read(std::string_view credential, std::string_view headers, std::string_view value,
                              std::string_view time, std::string_view token) {
    auto scope = parse_scope(credential);
    if (!scope) return std::nullopt;
    Signature signature{std::move(*scope), {}, std::string(value), signed_time(time), std::string(token)};
    for (const auto name : split(headers, ';')) signature.signed_headers.emplace_back(name);
    return signature;
}

std::string_view part(const Parts& parts, std::string_view name) {
    const auto found = parts.find(name);
    return found == parts.end() ? std::string_view{} : found->second;
}

}  // namespace

std::optional<CredentialScope> parse_scope(std::string_view credential) {
    CredentialScope scope;
    for (auto* const field : {&scope.terminator, &scope.service, &scope.region, &scope.date}) {
        const auto slash = credential.rfind('/');
        if (slash == std::string_view::npos) return std::nullopt;
        *field = credential.substr(slash + 1);
        credential = credential.substr(0, slash);
    }
    scope.access_key = credential;
    return scope;
}

bool Signature::signs(std::string_view header) const {
    return std::ranges::any_of(signed_headers, [&](const auto& name) { return boost::beast::iequals(name, header); });
}

std::optional<Signature> read_signature(const http::Request& request) {
    const auto& headers = request.headers;
    if (const auto header = headers.find("Authorization")) {
        const Parts parts = authorization_parts(*header);
        return read(part(parts, "Credential"), part(parts, "SignedHeaders"), part(parts, "Signature"),
                    headers.find("X-Amz-Date").value_or(headers.get("Date")), headers.get("X-Amz-Security-Token"));
    }
    const Parts parts = query_parts(request);
    auto signature =
        read(part(parts, "X-Amz-Credential"), part(parts, "X-Amz-SignedHeaders"), part(parts, "X-Amz-Signature"),
             part(parts, "X-Amz-Date"), part(parts, "X-Amz-Security-Token"));
    if (signature) signature->by_query = true;
    return signature;
}

std::string canonical_request(const http::Request& request, const Signature& signature, PathRule rule,
                              std::string_view payload_hash) {
    std::string canonical = request.method + '\n';
    canonical += canonical_path(http::path_of(request.target), rule) + '\n';
    canonical += canonical_query(request.target, signature.by_query) + '\n';
    for (const auto& name : signature.signed_headers) canonical += canonical_header(request.headers, name);
    canonical += '\n' + joined(signature.signed_headers) + '\n';
    return canonical.append(payload_hash);
}

std::string string_to_sign(const Signature& signature, std::string_view canonical_request) {
    return std::string(signature_v4_algorithm) + '\n' + signature.time + '\n' + signature.scope.text() + '\n' +
           hex_encode(sha256(canonical_request));
}

std::string signing_key(std::string_view secret, const CredentialScope& scope) {
    const std::string of_date = hmac_sha256("AWS4" + std::string(secret), scope.date);
    return hmac_sha256(hmac_sha256(hmac_sha256(of_date, scope.region), scope.service), scope.terminator);
}

std::string sign(std::string_view key, std::string_view text) {
    return hex_encode(hmac_sha256(key, text));
}

bool ChunkSignatures::is_next(std::string_view algorithm, std::string_view signed_part, std::string_view signature) {
    const std::string text =
        std::string(algorithm) + '\n' + time_ + '\n' + scope_ + '\n' + previous_ + '\n' + std::string(signed_part);
    previous_ = sign(key_, text);
    return equal_in_constant_time(previous_, signature);
}

bool ChunkSignatures::is_next_chunk(std::string_view digest, std::string_view signature) {
    return is_next("AWS4-HMAC-SHA256-PAYLOAD", hex_encode(sha256({})) + '\n' + hex_encode(digest), signature);
}

bool ChunkSignatures::is_trailer(std::string_view lines, std::string_view signature) {
    return is_next("AWS4-HMAC-SHA256-TRAILER", hex_encode(sha256(lines)), signature);
}

}  // namespace rivulet::wire
