#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "storage/catalog.hpp"

namespace rivulet {

enum class ConsumerStatus : std::uint8_t { creating, active, deleting };

/// A registered consumer of a stream (enhanced fan-out), as the catalog keeps it. It lives no longer than its stream.
struct Consumer {
    std::uint64_t id = 0;  ///< never used again, so a new consumer of the same name is told from the old one
    AccountRegion owner;
    std::string stream;  ///< its name
    std::string name;
    Timestamp created;  ///< whole seconds
    ConsumerStatus status = ConsumerStatus::creating;
    /// When CREATING or DELETING ends; absent in a consumer that goes with its stream.
    std::optional<Timestamp> due;
    std::vector<std::pair<std::string, std::string>> tags;  ///< sorted by key
    std::string policy;                                     ///< the resource policy as it was given; empty: none

    bool operator==(const Consumer&) const = default;

    /// `arn:aws:kinesis:region:account:stream/name`
    std::string stream_arn() const;

    /// `arn:aws:kinesis:region:account:stream/name/consumer/name:creation-in-seconds`
    std::string arn() const;

    /// Seconds since the epoch.
    std::int64_t created_seconds() const { return created.time_since_epoch().count() / 1000; }
};

/// The catalog's key of a consumer; its order is by account, region, stream and name. With an empty name: what the keys
/// of all consumers of a stream begin with.
std::string consumer_key(const AccountRegion& owner, std::string_view stream, std::string_view name);

template <>
struct RowCodec<Consumer> {
    static std::string encode(const Consumer& consumer);
    static Result<Consumer> decode(std::string_view bytes);
};

}  // namespace rivulet
