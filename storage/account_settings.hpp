#pragma once

#include <optional>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "storage/catalog.hpp"

namespace rivulet {

/// The commitment to pay for a minimum of throughput, which unlocks warm throughput for on-demand streams
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MinimumThroughputBillingCommitmentOutput.html).
struct BillingCommitment {
    std::optional<Timestamp> started;  ///< absent: there has never been one
    std::optional<Timestamp> ended;    ///< when it ended, or is to end; absent: it goes on

    bool operator==(const BillingCommitment&) const = default;
};

/// What an account has set for Kinesis Data Streams in a region.
struct AccountSettings {
    AccountRegion owner;
    BillingCommitment commitment;

    bool operator==(const AccountSettings&) const = default;
};

/// The catalog's key of an account's settings.
inline std::string account_settings_key(const AccountRegion& owner) {
    return owner.account + '/' + owner.region;
}

template <>
struct RowCodec<AccountSettings> {
    static std::string encode(const AccountSettings& settings);
    static Result<AccountSettings> decode(std::string_view bytes);
};

}  // namespace rivulet
