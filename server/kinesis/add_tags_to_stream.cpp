#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html
struct AddTagsToStreamInput {
    std::optional<std::string> stream_name;
    wire::Required<wire::StringMap> tags;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&AddTagsToStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&AddTagsToStreamInput::tags>("Tags", shapes::tag_map),
    wire::member<&AddTagsToStreamInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&AddTagsToStreamInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("AddTagsToStreamInput", input_members);

asio::awaitable<Result<void>> add_tags_to_stream(const Call& call, const AddTagsToStreamInput& input) {
    const auto reference = resolve_stream(call, input);
    if (!reference) co_return reference.error();
    const AlterAttachments alter = [&](Attachments& attachments) {
        return add_tags(attachments.tags, *input.tags, attachments.target);
    };
    co_return co_await alter_attachments(call, *reference, alter);
}

}  // namespace

constinit const Operation add_tags_to_stream_operation =
    wire::operation<&add_tags_to_stream, input_shape>("AddTagsToStream");

}  // namespace rivulet::kinesis
