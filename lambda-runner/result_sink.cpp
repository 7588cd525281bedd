#include "lambda-runner/result_sink.hpp"

namespace rivulet {

boost::asio::awaitable<Result<void>> ObjectSink::write(const SinkTarget& target, std::string_view shard_id,
                                                       std::string_view first, std::string_view result) {
    const auto written =
        co_await run_blocking(pool_, [&] { return write_to_sink(objects_, target, shard_id, first, result); });
    if (!written) co_return written.error();
    co_return Result<void>();
}

}  // namespace rivulet
