#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>

#include "server/kinesis/service.hpp"
#include "server/kinesis/stream_names.hpp"
#include "storage/stream_change.hpp"

namespace rivulet::kinesis {

/// The stream after its pending change, ACTIVE; nothing if that is its end. `now` is when the change takes effect.
std::optional<Stream> after_change(const Stream& stream, Timestamp now);

/// How many open shards a stream has or is on its way to, whichever are more: what counts against the quota.
std::size_t counted_shards(const Stream& stream);

/// Decides, in the transaction that begins it, what a change of an ACTIVE stream is; or refuses it. It may also alter
/// `stream`, what of it shows at once.
using DecideChange = std::function<Result<ChangeKind>(Stream& stream)>;

/// Takes an ACTIVE stream through UPDATING: it stays so for `time` (or `update_stream_time`, where that is not given),
/// then what `decide` answered takes effect. Done when this returns if the time is 0.
/// `decide` must outlive the wait: make it a named local of the calling coroutine.
///
/// Errors: resource_not_found; resource_in_use unless the stream is ACTIVE; what `decide` refuses with; io_failure.
boost::asio::awaitable<Result<void>> change_stream(const Call& call, const StreamReference& reference,
                                                   std::optional<std::chrono::milliseconds> time,
                                                   const DecideChange& decide);

}  // namespace rivulet::kinesis
