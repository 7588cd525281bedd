#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html
struct UntagResourceInput {
    wire::Required<std::vector<std::string>> tag_keys;
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&UntagResourceInput::tag_keys>("TagKeys", shapes::tag_key_list),
    wire::member<&UntagResourceInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&UntagResourceInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("UntagResourceInput", input_members);

asio::awaitable<Result<void>> untag_resource(const Call& call, const UntagResourceInput& input) {
    const AlterAttachments alter = [&](Attachments& attachments) {
        return remove_tags(attachments.tags, *input.tag_keys, attachments.target);
    };
    co_return co_await alter_attachments(call, *input.resource_arn, input.stream_id, alter);
}

}  // namespace

constinit const Operation untag_resource_operation = wire::operation<&untag_resource, input_shape>("UntagResource");

}  // namespace rivulet::kinesis
