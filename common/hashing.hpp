#pragma once

#include <string>
#include <string_view>

#include "common/uint128.hpp"

namespace rivulet {

/// The sixteen bytes of the MD5 digest (RFC 1321).
std::string md5(std::string_view bytes);

/// The thirty-two bytes of the SHA-256 digest (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// The thirty-two bytes of HMAC-SHA-256 (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// The place of a partition key in the hash key space: its MD5 digest read as a number, the most significant byte first
/// (https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html, "Partition Key").
uint128 hash_key_of(std::string_view partition_key);

/// Compares two secrets in a time that depends on their lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace rivulet
