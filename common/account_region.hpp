#pragma once

#include <compare>
#include <string>

namespace rivulet {

/// Whose resources a request speaks of: taken from its credential scope. All state is keyed by both.
struct AccountRegion {
    std::string account;  ///< twelve digits
    std::string region;   ///< such as us-east-1

    auto operator<=>(const AccountRegion&) const = default;
};

/// The account of credentials whose access key is not an account id itself.
inline constexpr const char* default_account = "000000000000";

}  // namespace rivulet
