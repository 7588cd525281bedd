#include "server/kinesis/errors.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html
struct DeleteResourcePolicyInput {
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DeleteResourcePolicyInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&DeleteResourcePolicyInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DeleteResourcePolicyInput", input_members);

asio::awaitable<Result<void>> delete_resource_policy(const Call& call, const DeleteResourcePolicyInput& input) {
    const AlterAttachments alter = [](Attachments& attachments) -> Result<void> {
        if (attachments.policy.empty()) return errors::no_resource_policy(attachments.arn);
        attachments.policy.clear();
        return {};
    };
    co_return co_await alter_attachments(call, *input.resource_arn, input.stream_id, alter);
}

}  // namespace

constinit const Operation delete_resource_policy_operation =
    wire::operation<&delete_resource_policy, input_shape>("DeleteResourcePolicy");

}  // namespace rivulet::kinesis
