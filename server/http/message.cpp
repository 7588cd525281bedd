#include "server/http/message.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/url/pct_string_view.hpp>

namespace rivulet::http {

namespace asio = boost::asio;

void Fields::set(std::string name, std::string value) {
    std::erase_if(entries_, [&](const auto& entry) { return boost::beast::iequals(entry.first, name); });
    add(std::move(name), std::move(value));
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const auto& [key, value] : entries_) {
        if (boost::beast::iequals(key, name)) return value;
    }
    return std::nullopt;
}

std::string_view media_type_of(const Fields& headers) {
    const auto type = headers.get("Content-Type");
    return type.substr(0, type.find_first_of("; \t"));
}

asio::awaitable<Result<std::string>> read_all(Body& body, std::size_t limit) {
    const auto too_large = [] { return Error(ErrorCode::request_entity_too_large, "Request body is too large."); };
    constexpr std::size_t first_piece = 16 * 1024;
    constexpr std::size_t largest_piece = 256 * 1024;
    const auto length = body.length();
    if (length && *length > limit) co_return too_large();
    std::string bytes;
    // The room is set aside at once, but its memory is touched only as the bytes come: a length is easily claimed.
    if (length) bytes.reserve(static_cast<std::size_t>(*length));
    std::size_t filled = 0;
    while (!length || filled < *length) {
        if (filled == bytes.size()) {
            if (filled > limit) co_return too_large();
            const std::size_t piece = std::clamp(filled, first_piece, largest_piece);
            bytes.resize(length ? std::min<std::size_t>(filled + piece, *length) : filled + piece);
        }
        auto count = co_await body.read_some(std::span(bytes).subspan(filled));
        if (!count) co_return count.error();
        filled += *count;
        if (*count == 0) break;
    }
    if (filled > limit) co_return too_large();
    bytes.resize(filled);
    co_return bytes;
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto encoded = boost::urls::make_pct_string_view(text);
    if (!encoded) return std::nullopt;
    return encoded->decode();
}

std::string_view path_of(std::string_view target) {
    // The absolute form (RFC 9112, section 3.2.2) is for proxies, but a server must take it too.
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
        const auto slash = target.find('/', scheme + 3);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    return target.substr(0, target.find('?'));
}

std::optional<std::vector<std::pair<std::string, std::string>>> query_of(std::string_view target) {
    std::vector<std::pair<std::string, std::string>> parameters;
    const auto question = target.find('?');
    if (question == std::string_view::npos) return parameters;
    std::string_view rest = target.substr(question + 1);
    boost::urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty()) continue;
        const auto equals = std::min(part.find('='), part.size());
        const auto name = boost::urls::make_pct_string_view(part.substr(0, equals));
        const auto value = boost::urls::make_pct_string_view(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value) return std::nullopt;
        parameters.emplace_back(name->decode(plus_is_space), value->decode(plus_is_space));
    }
    return parameters;
}

}  // namespace rivulet::http
