#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"

namespace rivulet::s3 {

/// The bucket and key a request is about; either may be empty.
struct Address {
    std::string bucket;
    std::string key;
};

/// The bucket that a virtual-hosted-style Host header names, or an empty text for a host of the service itself
/// (`localhost:4566`, `s3.eu-west-1.amazonaws.com`). Names end before a label `s3`, before `s3-…` in a name of
/// amazonaws.com, or before
/// `.localhost`
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
std::string bucket_of_host(std::string_view host);

/// Reads bucket and key from the Host header and the request's path, which is decoded once and not normalised: `..`,
/// `.` and empty parts belong to the key.
/// Errors: s3_invalid_uri for a path that is not percent-encoded UTF-8, s3_key_too_long.
Result<Address> parse_address(std::string_view host, std::string_view path);

/// The same for a text that is a path in path style: `/bucket/key` or `bucket/key`.
Result<Address> parse_path(std::string_view path);

}  // namespace rivulet::s3
