#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/random.hpp"
#include "common/result.hpp"
#include "storage/store.hpp"

namespace rivulet::kinesis {

/// Turns what a shard iterator or a NextToken says into opaque text and back. The text is Base64 of eight bytes
/// 0000000000000001 and whole 16-byte blocks, at least nine of them, as the service's iterators are; it is encrypted
/// (AES-256-CBC) and authenticated (HMAC-SHA-256 over the ciphertext), so that nobody can make or alter one.
///
/// Thread safety: every member may be called from any thread.
class TokenSealer {
public:
    /// `secret`: 32 bytes.
    explicit TokenSealer(std::string_view secret);

    std::string seal(std::string_view plain, Random& random) const;

    /// What was sealed; nothing if `token` was not made by `seal` with the same secret.
    std::optional<std::string> open(std::string_view token) const;

private:
    std::string encryption_key_;
    std::string authentication_key_;
};

/// The store's secret for sealing, made at first use, so that tokens outlive a restart.
boost::asio::awaitable<Result<std::string>> load_token_secret(Store& store, Random& random);

/// Joins and splits the fields of a token; a field must not hold a zero byte.
std::string join_fields(const std::vector<std::string>& fields);
std::vector<std::string> split_fields(std::string_view text);

}  // namespace rivulet::kinesis
