#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"
#include "s3-sink/object_store.hpp"

namespace rivulet {

/// Where a processor's results go.
struct SinkTarget {
    std::string bucket;
    std::string prefix;  ///< of the objects' keys; may be empty

    bool operator==(const SinkTarget&) const = default;
};

/// The key of the result of the batch that begins with the record `first_sequence_number`:
/// `<prefix><shard id>-<sequence number>.ndjson`. A batch delivered again has the same key.
std::string sink_key(const SinkTarget& target, std::string_view shard_id, std::string_view first_sequence_number);

/// JSON text as newline-delimited JSON: one line for each element of an array, one line for any other value, nothing
/// for null, for an empty array, and for a text of white space alone (a handler that returned nothing). Values keep
/// their order and their digits; only the white space between them goes.
/// Errors: bad_request if the text is not JSON.
Result<std::string> to_ndjson(std::string_view json);

/// Writes a batch's result, replacing what an earlier delivery of the batch wrote; a result without lines leaves no
/// object of the name. Blocks. Returns the key, or nothing if there was nothing to write.
/// Errors: s3_no_such_bucket, s3_key_too_long, io_failure, bad_request if the result is not JSON.
Result<std::optional<std::string>> write_to_sink(ObjectStore& store, const SinkTarget& target,
                                                 std::string_view shard_id, std::string_view first_sequence_number,
                                                 std::string_view result_json);

}  // namespace rivulet
