#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html
struct GetResourcePolicyInput {
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&GetResourcePolicyInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&GetResourcePolicyInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("GetResourcePolicyInput", input_members);

struct GetResourcePolicyOutput {
    wire::Required<std::string> policy;
};

constexpr std::array output_members = {
    wire::member<&GetResourcePolicyOutput::policy>("Policy", shapes::policy),
};
constexpr wire::Shape output_shape = wire::structure_shape("GetResourcePolicyOutput", output_members);

asio::awaitable<Result<GetResourcePolicyOutput>> get_resource_policy(const Call& call,
                                                                     const GetResourcePolicyInput& input) {
    const auto attachments = find_attachments(call, *input.resource_arn, input.stream_id);
    if (!attachments) co_return attachments.error();
    // A resource without a policy has an empty one to show, but none to delete.
    co_return GetResourcePolicyOutput{attachments->policy.empty() ? "{}" : attachments->policy};
}

}  // namespace

constinit const Operation get_resource_policy_operation =
    wire::operation<&get_resource_policy, input_shape, &output_shape>("GetResourcePolicy");

}  // namespace rivulet::kinesis
