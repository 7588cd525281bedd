#include "server/kinesis/retention.hpp"

#include "server/kinesis/errors.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

std::optional<Error> check_retention(std::int32_t hours) {
    if (hours < limits::min_retention_hours) return errors::retention_too_short(hours);
    if (hours > limits::max_retention_hours) return errors::retention_too_long(hours);
    return std::nullopt;
}

boost::asio::awaitable<Result<void>> set_retention(const Call& call, const RetentionInput& input,
                                                   std::optional<Error> (*refuse)(const Stream& stream,
                                                                                  std::int32_t hours)) {
    const std::int32_t hours = *input.retention_period_hours;
    if (const auto refused = check_retention(hours)) co_return *refused;
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    co_return co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        const auto stream = find_stream(call, *reference);
        if (!stream) return stream.error();
        if ((*stream)->status != StreamStatus::active) return errors::stream_not_active(**stream);
        if (const auto refused = refuse(**stream, hours)) return *refused;
        Stream after = **stream;
        after.expired_before = after.horizon(transaction.now());
        after.retention_hours = hours;
        call.service.store.streams().put(transaction, reference->key, std::move(after));
        return {};
    });
}

}  // namespace rivulet::kinesis
