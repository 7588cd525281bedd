#include "server/kinesis/operations.hpp"

#include <algorithm>
#include <array>

#include "common/limits.hpp"
#include "server/kinesis/throttle.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::array all = {
    &add_tags_to_stream_operation,
    &create_stream_operation,
    &decrease_stream_retention_period_operation,
    &delete_resource_policy_operation,
    &delete_stream_operation,
    &deregister_stream_consumer_operation,
    &describe_account_settings_operation,
    &describe_limits_operation,
    &describe_stream_operation,
    &describe_stream_consumer_operation,
    &describe_stream_summary_operation,
    &disable_enhanced_monitoring_operation,
    &enable_enhanced_monitoring_operation,
    &get_records_operation,
    &get_resource_policy_operation,
    &get_shard_iterator_operation,
    &increase_stream_retention_period_operation,
    &list_shards_operation,
    &list_stream_consumers_operation,
    &list_streams_operation,
    &list_tags_for_resource_operation,
    &list_tags_for_stream_operation,
    &merge_shards_operation,
    &put_record_operation,
    &put_records_operation,
    &put_resource_policy_operation,
    &register_stream_consumer_operation,
    &remove_tags_from_stream_operation,
    &split_shard_operation,
    &start_stream_encryption_operation,
    &stop_stream_encryption_operation,
    &subscribe_to_shard_operation,
    &tag_resource_operation,
    &untag_resource_operation,
    &update_account_settings_operation,
    &update_max_record_size_operation,
    &update_shard_count_operation,
    &update_stream_mode_operation,
    &update_stream_warm_throughput_operation,
};

const Operation* find_operation(std::string_view name) {
    const auto found = std::ranges::find(all, name, &Operation::name);
    return found == all.end() ? nullptr : *found;
}

}  // namespace

std::span<const Operation* const> operations() {
    return all;
}

std::size_t Protocol::max_body_bytes() const {
    return limits::max_kinesis_body_bytes;
}

std::optional<wire::JsonService::Input> Protocol::input_of(std::string_view operation) const {
    const Operation* const found = find_operation(operation);
    if (!found) return std::nullopt;
    return Input{found->input, found->new_input()};
}

boost::asio::awaitable<Result<wire::Answer>> Protocol::run(std::string_view operation, const wire::Credentials& caller,
                                                           const void* input, wire::Format format) {
    const Operation& called = *find_operation(operation);
    if (service_.throttle != nullptr) {
        const auto refused = service_.throttle->refuse_call(called.name, caller.owner, *called.input, input);
        if (refused) co_return *refused;
    }
    const Call call{service_, caller.owner, called.name};
    // A caller that goes away ends no change half way: what is begun is followed to its end.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    auto answer = co_await called.run(call, input, format);
    co_await boost::asio::this_coro::throw_if_cancelled(true);
    co_return answer;
}

}  // namespace rivulet::kinesis
