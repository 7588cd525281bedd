#include "server/s3/address.hpp"

#include <algorithm>
#include <cctype>

#include "common/limits.hpp"
#include "common/utf8.hpp"
#include "server/http/message.hpp"

namespace rivulet::s3 {

namespace {

/// The host in lower case, without its port.
std::string host_name(std::string_view host) {
    if (host.starts_with('[')) return {};  // An IPv6 address names no bucket.
    std::string name(host.substr(0, host.find(':')));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

/// Where the last label begins that names the service; npos if none does. The last, since a bucket's name may have a
/// part `s3` too.
std::size_t service_label_of(std::string_view host) {
    // `s3-us-west-2` and the like are names of the service alone; elsewhere they may be anybody's.
    const bool is_amazons = host.find(".amazonaws.com") != std::string_view::npos;
    std::size_t found = std::string_view::npos;
    for (std::size_t begin = 0; begin < host.size();) {
        const std::size_t end = std::min(host.find('.', begin), host.size());
        const auto label = host.substr(begin, end - begin);
        if (label == "s3" || (is_amazons && label.starts_with("s3-"))) found = begin;
        begin = end + 1;
    }
    return found;
}

Result<Address> with_key(std::string bucket, std::string_view encoded_key) {
    auto key = http::percent_decode(encoded_key);
    if (!key || !is_utf8(*key)) return Error{ErrorCode::s3_invalid_uri, "Couldn't parse the specified URI."};
    if (key->size() > limits::max_key_bytes) return Error{ErrorCode::s3_key_too_long, "Your key is too long"};
    return Address{std::move(bucket), std::move(*key)};
}

}  // namespace

std::string bucket_of_host(std::string_view host) {
    const std::string name = host_name(host);
    const std::size_t label = service_label_of(name);
    if (label != std::string::npos) return label == 0 ? std::string{} : name.substr(0, label - 1);
    constexpr std::string_view local = ".localhost";
    if (name.size() > local.size() && name.ends_with(local)) return name.substr(0, name.size() - local.size());
    return {};
}

Result<Address> parse_path(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    auto bucket = http::percent_decode(path.substr(0, slash));
    if (!bucket) return Error{ErrorCode::s3_invalid_uri, "Couldn't parse the specified URI."};
    return with_key(std::move(*bucket), path.substr(std::min(slash + 1, path.size())));
}

Result<Address> parse_address(std::string_view host, std::string_view path) {
    std::string bucket = bucket_of_host(host);
    if (bucket.empty()) return parse_path(path);
    if (path.starts_with('/')) path.remove_prefix(1);
    return with_key(std::move(bucket), path);
}

}  // namespace rivulet::s3
