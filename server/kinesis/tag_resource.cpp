#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html
struct TagResourceInput {
    wire::Required<wire::StringMap> tags;
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&TagResourceInput::tags>("Tags", shapes::tag_map),
    wire::member<&TagResourceInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&TagResourceInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("TagResourceInput", input_members);

asio::awaitable<Result<void>> tag_resource(const Call& call, const TagResourceInput& input) {
    const AlterAttachments alter = [&](Attachments& attachments) {
        return add_tags(attachments.tags, *input.tags, attachments.target);
    };
    co_return co_await alter_attachments(call, *input.resource_arn, input.stream_id, alter);
}

}  // namespace

constinit const Operation tag_resource_operation = wire::operation<&tag_resource, input_shape>("TagResource");

}  // namespace rivulet::kinesis
