#include <algorithm>

#include "server/kinesis/consumer_shapes.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/next_token.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html
struct ListStreamConsumersInput {
    wire::Required<std::string> stream_arn;
    std::optional<std::string> next_token;
    std::optional<std::int32_t> max_results;
    std::optional<Timestamp> stream_creation_timestamp;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&ListStreamConsumersInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&ListStreamConsumersInput::next_token>("NextToken", shapes::next_token),
    wire::member<&ListStreamConsumersInput::max_results>("MaxResults", shapes::limit),
    wire::member<&ListStreamConsumersInput::stream_creation_timestamp>("StreamCreationTimestamp", shapes::timestamp),
    wire::member<&ListStreamConsumersInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("ListStreamConsumersInput", input_members);

constexpr wire::Shape consumer_list = wire::list_shape<shapes::Consumer>(shapes::consumer);

struct ListStreamConsumersOutput {
    std::optional<std::vector<shapes::Consumer>> consumers;
    std::optional<std::string> next_token;
};

constexpr std::array output_members = {
    wire::member<&ListStreamConsumersOutput::consumers>("Consumers", consumer_list),
    wire::member<&ListStreamConsumersOutput::next_token>("NextToken", shapes::next_token),
};
constexpr wire::Shape output_shape = wire::structure_shape("ListStreamConsumersOutput", output_members);

constexpr std::string_view token_kind = "ListStreamConsumers";

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The name of the consumer that the page comes after.
Result<std::string> page_start(const Call& call, const ListStreamConsumersInput& input, const Stream& stream) {
    if (!input.next_token) {
        const auto created = input.stream_creation_timestamp;
        if (created && seconds(*created) != seconds(stream.created)) {
            return errors::stream_not_found(stream.name, call.owner.account);
        }
        return std::string();
    }
    if (input.stream_creation_timestamp) return errors::next_token_with("StreamCreationTimestamp");
    const auto fields = read_next_token(call, token_kind, *input.next_token);
    if (!fields) return fields.error();
    if (fields->size() != 2 || (*fields)[0] != std::to_string(stream.id)) return errors::invalid_next_token();
    return (*fields)[1];
}

asio::awaitable<Result<ListStreamConsumersOutput>> list_stream_consumers(const Call& call,
                                                                         const ListStreamConsumersInput& input) {
    const auto reference = resolve_stream(call, std::nullopt, *input.stream_arn, input.stream_id);
    if (!reference) co_return reference.error();
    const auto stream = find_stream(call, *reference);
    if (!stream) co_return stream.error();
    const auto after = page_start(call, input, **stream);
    if (!after) co_return after.error();
    const auto limit = std::min(static_cast<std::size_t>(input.max_results.value_or(limits::max_list_stream_consumers)),
                                limits::max_list_stream_consumers);
    const std::string prefix = consumer_key(call.owner, reference->name, {});
    const auto found = call.service.store.consumers().list(prefix, after->empty() ? "" : prefix + *after, limit + 1);
    ListStreamConsumersOutput output{std::vector<shapes::Consumer>{}, {}};
    for (const auto& consumer : found) {
        if (output.consumers->size() == limit) {
            const std::string& last = *output.consumers->back().consumer_name;
            output.next_token = make_next_token(call, token_kind, {std::to_string((*stream)->id), last});
            break;
        }
        output.consumers->push_back(shapes::show_consumer(*consumer));
    }
    co_return output;
}

}  // namespace

constinit const Operation list_stream_consumers_operation =
    wire::operation<&list_stream_consumers, input_shape, &output_shape>("ListStreamConsumers");

}  // namespace rivulet::kinesis
