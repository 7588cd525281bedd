#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "common/result.hpp"
#include "lambda-runner/event_source_mapping.hpp"

namespace rivulet {

/// Where pollers put what handlers return.
class ResultSink {
public:
    virtual ~ResultSink() = default;

    /// Stores the result (JSON text) of the batch that begins with the record `first` of a shard, in place of an earlier
    /// result of a batch that began there.
    /// Errors: a result that is not JSON, a bucket that does not exist, io_failure.
    virtual boost::asio::awaitable<Result<void>> write(const SinkTarget& target, const AccountRegion& owner,
                                                       std::string_view shard_id, std::string_view first,
                                                       std::string_view result) = 0;
};

}  // namespace rivulet
