#include "server/kinesis/operations.hpp"
#include "server/kinesis/resource.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

constexpr wire::Shape limit_shape = wire::integer_shape.between(1, 50);

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html
struct ListTagsForStreamInput {
    std::optional<std::string> stream_name;
    std::optional<std::string> exclusive_start_tag_key;
    std::optional<std::int32_t> limit;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&ListTagsForStreamInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&ListTagsForStreamInput::exclusive_start_tag_key>("ExclusiveStartTagKey", shapes::tag_key),
    wire::member<&ListTagsForStreamInput::limit>("Limit", limit_shape),
    wire::member<&ListTagsForStreamInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&ListTagsForStreamInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("ListTagsForStreamInput", input_members);

struct ListTagsForStreamOutput {
    wire::Required<std::vector<shapes::Tag>> tags;
    wire::Required<bool> has_more_tags;
};

constexpr std::array output_members = {
    wire::member<&ListTagsForStreamOutput::tags>("Tags", shapes::tag_list),
    wire::member<&ListTagsForStreamOutput::has_more_tags>("HasMoreTags", shapes::boolean),
};
constexpr wire::Shape output_shape = wire::structure_shape("ListTagsForStreamOutput", output_members);

asio::awaitable<Result<ListTagsForStreamOutput>> list_tags_for_stream(const Call& call,
                                                                      const ListTagsForStreamInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) co_return stream.error();
    const std::string after = input.exclusive_start_tag_key.value_or("");
    const std::size_t limit = input.limit ? static_cast<std::size_t>(*input.limit) : limits::default_list_tags;
    std::vector<shapes::Tag> tags;
    bool more = false;
    for (const auto& [key, value] : (*stream)->tags) {
        if (key <= after) continue;
        more = tags.size() == limit;
        if (more) break;
        tags.push_back({key, value});
    }
    co_return ListTagsForStreamOutput{std::move(tags), more};
}

}  // namespace

constinit const Operation list_tags_for_stream_operation =
    wire::operation<&list_tags_for_stream, input_shape, &output_shape>("ListTagsForStream");

}  // namespace rivulet::kinesis
