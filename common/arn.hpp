#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/account_region.hpp"

namespace rivulet {

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`, where the resource may hold colons
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
struct Arn {
    std::string partition;
    std::string service;
    std::string region;
    std::string account;
    std::string resource;

    bool operator==(const Arn&) const = default;
};

/// The parts of an ARN; nothing if the text is not one.
std::optional<Arn> parse_arn(std::string_view text);

std::string to_string(const Arn& arn);

/// The partition a region belongs to: `aws`, `aws-cn` or `aws-us-gov`.
std::string_view partition_of(std::string_view region);

/// The ARN of a resource of `owner`, in the partition of its region.
std::string make_arn(std::string_view service, const AccountRegion& owner, std::string_view resource);

}  // namespace rivulet
