#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html
struct ListTagsForResourceInput {
    wire::Required<std::string> resource_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&ListTagsForResourceInput::resource_arn>("ResourceARN", shapes::resource_arn),
    wire::member<&ListTagsForResourceInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("ListTagsForResourceInput", input_members);

struct ListTagsForResourceOutput {
    std::optional<std::vector<shapes::Tag>> tags;
};

constexpr std::array output_members = {
    wire::member<&ListTagsForResourceOutput::tags>("Tags", shapes::tag_list),
};
constexpr wire::Shape output_shape = wire::structure_shape("ListTagsForResourceOutput", output_members);

asio::awaitable<Result<ListTagsForResourceOutput>> list_tags_for_resource(const Call& call,
                                                                          const ListTagsForResourceInput& input) {
    const auto attachments = find_attachments(call, *input.resource_arn, input.stream_id);
    if (!attachments) co_return attachments.error();
    std::vector<shapes::Tag> tags;
    for (const auto& [key, value] : attachments->tags) tags.push_back({key, value});
    co_return ListTagsForResourceOutput{std::move(tags)};
}

}  // namespace

constinit const Operation list_tags_for_resource_operation =
    wire::operation<&list_tags_for_resource, input_shape, &output_shape>("ListTagsForResource");

}  // namespace rivulet::kinesis
