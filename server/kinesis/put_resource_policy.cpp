#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/resource_policy.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
struct PutResourcePolicyInput {
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
    wire::Required<std::string> policy;
};

constexpr std::array input_members = {
    wire::member<&PutResourcePolicyInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&PutResourcePolicyInput::stream_id>("StreamId", shapes::stream_id),
    wire::member<&PutResourcePolicyInput::policy>("Policy", shapes::policy),
};
constexpr wire::Shape input_shape = wire::structure_shape("PutResourcePolicyInput", input_members);

asio::awaitable<Result<void>> put_resource_policy(const Call& call, const PutResourcePolicyInput& input) {
    if (const auto checked = check_resource_policy(*input.policy); !checked) co_return checked;
    const AlterAttachments alter = [&](Attachments& attachments) -> Result<void> {
        attachments.policy = *input.policy;
        return {};
    };
    co_return co_await alter_attachments(call, *input.resource_arn, input.stream_id, alter);
}

}  // namespace

constinit const Operation put_resource_policy_operation =
    wire::operation<&put_resource_policy, input_shape>("PutResourcePolicy");

}  // namespace rivulet::kinesis
