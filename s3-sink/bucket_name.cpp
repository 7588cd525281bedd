#include "s3-sink/bucket_name.hpp"

#include <algorithm>
#include <array>

namespace rivulet {

namespace {

constexpr std::array<std::string_view, 3> reserved_prefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> reserved_suffixes = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

/// Four runs of one to three digits with dots between them.
bool looks_like_ip_address(std::string_view name) {
    int parts = 0;
    for (;;) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        const std::string_view part = name.substr(0, dot);
        if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
        ++parts;
        if (dot == name.size()) return parts == 4;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

bool is_bucket_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 63) return false;
    if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) return false;
    if (!std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; })) return false;
    if (name.find("..") != std::string_view::npos || looks_like_ip_address(name)) return false;
    if (std::ranges::any_of(reserved_prefixes, [&](auto prefix) { return name.starts_with(prefix); })) return false;
    return std::ranges::none_of(reserved_suffixes, [&](auto suffix) { return name.ends_with(suffix); });
}

}  // namespace rivulet
