#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/kinesis/service.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// A record on its way into a stream. The data must outlive the put.
struct PutEntry {
    std::string_view data;
    std::string_view partition_key;
    uint128 hash_key = 0;
};

/// Where a record came to stand.
struct Put {
    std::uint32_t shard = 0;
    SequenceNumber sequence_number;
    bool throttled = false;  ///< the shard had no room left this second, and the record is not stored
};

/// The stream that a put goes to: one that is ACTIVE or UPDATING; any other is not found.
template <class Input>
Result<std::shared_ptr<const Stream>> find_stream_for_put(const Call& call, const Input& input);

/// The place of a record in the hash key space: its explicit hash key, or else its partition key's digest.
/// Errors: invalid_argument for an explicit hash key of 2^128 or more.
Result<uint128> hash_key_for(std::string_view partition_key, const std::optional<std::string>& explicit_hash_key);

/// Appends all entries in one commit, in order. A record whose shard a reshard closes meanwhile goes to the shard that
/// took its range. Where limits are enforced, each entry is let in or not, in order. Errors: resource_not_found if the
/// stream goes away meanwhile, io_failure.
boost::asio::awaitable<Result<std::vector<Put>>> put(const Call& call, std::shared_ptr<const Stream> stream,
                                                     const std::vector<PutEntry>& entries);

}  // namespace rivulet::kinesis

#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

template <class Input>
Result<std::shared_ptr<const Stream>> find_stream_for_put(const Call& call, const Input& input) {
    auto stream = find_stream(call, input);
    if (!stream) return stream;
    const bool takes_records = (*stream)->status == StreamStatus::active || (*stream)->status == StreamStatus::updating;
    if (!takes_records) return errors::stream_not_found((*stream)->name, call.owner.account);
    return stream;
}

}  // namespace rivulet::kinesis
