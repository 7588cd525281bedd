#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_change.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
struct UpdateMaxRecordSizeInput {
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
    wire::Required<std::int32_t> max_record_size_in_kib;
};

constexpr std::array input_members = {
    wire::member<&UpdateMaxRecordSizeInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&UpdateMaxRecordSizeInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&UpdateMaxRecordSizeInput::max_record_size_in_kib>("MaxRecordSizeInKiB",
                                                                    shapes::max_record_size_in_kib),
};
constexpr wire::Shape input_shape = wire::structure_shape("UpdateMaxRecordSizeInput", input_members);

asio::awaitable<Result<void>> update_max_record_size(const Call& call, const UpdateMaxRecordSizeInput& input) {
    if (!input.stream_arn && !input.stream_id) co_return errors::stream_arn_missing();
    const auto reference = resolve_stream(call, std::nullopt, input.stream_arn, input.stream_id);
    if (!reference) co_return reference.error();
    const DecideChange decide = [&](Stream&) -> Result<ChangeKind> {
        return ChangeKind(change::MaxRecordSize{*input.max_record_size_in_kib});
    };
    co_return co_await change_stream(call, *reference, call.service.settings.update_max_record_size_time, decide);
}

}  // namespace

constinit const Operation update_max_record_size_operation =
    wire::operation<&update_max_record_size, input_shape>("UpdateMaxRecordSize");

}  // namespace rivulet::kinesis
