#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html
struct RemoveTagsFromStreamInput {
    std::optional<std::string> stream_name;
    wire::Required<std::vector<std::string>> tag_keys;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&RemoveTagsFromStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&RemoveTagsFromStreamInput::tag_keys>("TagKeys", shapes::tag_key_list),
    wire::member<&RemoveTagsFromStreamInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&RemoveTagsFromStreamInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("RemoveTagsFromStreamInput", input_members);

asio::awaitable<Result<void>> remove_tags_from_stream(const Call& call, const RemoveTagsFromStreamInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const AlterAttachments alter = [&](Attachments& attachments) {
        return remove_tags(attachments.tags, *input.tag_keys, attachments.target);
    };
    co_return co_await alter_attachments(call, *reference, alter);
}

}  // namespace

constinit const Operation remove_tags_from_stream_operation =
    wire::operation<&remove_tags_from_stream, input_shape>("RemoveTagsFromStream");

}  // namespace rivulet::kinesis
