#pragma once

#include <algorithm>
#include <compare>
#include <string>
#include <string_view>

namespace rivulet {

/// Whose resources a request speaks of: taken from its credential scope. All state is keyed by both.
struct AccountRegion {
    std::string account;  ///< twelve digits
    std::string region;   ///< such as us-east-1

    auto operator<=>(const AccountRegion&) const = default;
};

/// Whether a text can be a region's name: small letters, digits and hyphens.
inline bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

/// Whether a text is an account's id: twelve digits.
inline bool is_account(std::string_view text) {
    return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The account of credentials whose access key is not an account id itself.
inline constexpr const char* default_account = "000000000000";

}  // namespace rivulet
