#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "common/blocking.hpp"
#include "common/result.hpp"
#include "s3-sink/sink.hpp"

namespace rivulet {

/// Where pollers put what handlers return.
class ResultSink {
public:
    virtual ~ResultSink() = default;

    /// Stores the result (JSON text) of the batch that begins with the record `first` of a shard, in place of an
    /// earlier result of a batch that began there. The views must live until the answer. Errors: a result that is not
    /// JSON, a bucket that does not exist, io_failure.
    virtual boost::asio::awaitable<Result<void>> write(const SinkTarget& target, std::string_view shard_id,
                                                       std::string_view first, std::string_view result) = 0;
};

/// The sink that writes objects.
///
/// Thread safety: every member may be called from any thread.
class ObjectSink final : public ResultSink {
public:
    ObjectSink(ObjectStore& objects, BlockingPool& pool) : objects_(objects), pool_(pool) {}

    boost::asio::awaitable<Result<void>> write(const SinkTarget& target, std::string_view shard_id,
                                               std::string_view first, std::string_view result) override;

private:
    ObjectStore& objects_;
    BlockingPool& pool_;
};

}  // namespace rivulet
