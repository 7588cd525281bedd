#include <algorithm>

#include "server/kinesis/errors.hpp"
#include "server/kinesis/next_token.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
struct ListStreamsInput {
    std::optional<std::int32_t> limit;
    std::optional<std::string> exclusive_start_stream_name;
    std::optional<std::string> next_token;
};

constexpr std::array input_members = {
    wire::member<&ListStreamsInput::limit>("Limit", shapes::limit),
    wire::member<&ListStreamsInput::exclusive_start_stream_name>("ExclusiveStartStreamName", shapes::stream_name),
    wire::member<&ListStreamsInput::next_token>("NextToken", shapes::next_token),
};
constexpr wire::Shape input_shape = wire::structure_shape("ListStreamsInput", input_members);

struct StreamSummary {
    wire::Required<std::string> stream_name;
    wire::Required<std::string> stream_arn;
    wire::Required<std::string> stream_status;
    std::optional<shapes::StreamModeDetails> stream_mode_details;
    std::optional<Timestamp> stream_creation_timestamp;
};

constexpr std::array stream_summary_members = {
    wire::member<&StreamSummary::stream_name>("StreamName", shapes::stream_name),
    wire::member<&StreamSummary::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&StreamSummary::stream_status>("StreamStatus", shapes::stream_status),
    wire::member<&StreamSummary::stream_mode_details>("StreamModeDetails", shapes::stream_mode_details),
    wire::member<&StreamSummary::stream_creation_timestamp>("StreamCreationTimestamp", shapes::timestamp),
};
constexpr wire::Shape stream_summary = wire::structure_shape("StreamSummary", stream_summary_members);
constexpr wire::Shape stream_summary_list = wire::list_shape<StreamSummary>(stream_summary);
constexpr wire::Shape stream_name_list = wire::list_shape<std::string>(shapes::stream_name);

struct ListStreamsOutput {
    wire::Required<std::vector<std::string>> stream_names;
    wire::Required<bool> has_more_streams;
    std::optional<std::string> next_token;
    std::optional<std::vector<StreamSummary>> stream_summaries;
};

constexpr std::array output_members = {
    wire::member<&ListStreamsOutput::stream_names>("StreamNames", stream_name_list),
    wire::member<&ListStreamsOutput::has_more_streams>("HasMoreStreams", shapes::boolean),
    wire::member<&ListStreamsOutput::next_token>("NextToken", shapes::next_token),
    wire::member<&ListStreamsOutput::stream_summaries>("StreamSummaries", stream_summary_list),
};
constexpr wire::Shape output_shape = wire::structure_shape("ListStreamsOutput", output_members);

constexpr std::string_view token_kind = "ListStreams";

asio::awaitable<Result<ListStreamsOutput>> list_streams(const Call& call, const ListStreamsInput& input) {
    std::string after = input.exclusive_start_stream_name.value_or("");
    if (input.next_token) {
        auto continued = read_next_token(call, token_kind, *input.next_token);
        if (!continued) co_return continued.error();
        after = continued->front();
    }
    const std::size_t limit = input.limit ? std::min(static_cast<std::size_t>(*input.limit), limits::max_list_streams)
                                          : limits::max_list_streams;
    auto streams =
        call.service.store.streams().list(stream_key(call.owner, {}), stream_key(call.owner, after), limit + 1);
    const bool more = streams.size() > limit;
    if (more) streams.pop_back();

    std::vector<std::string> names;
    std::vector<StreamSummary> summaries;
    for (const auto& stream : streams) {
        names.push_back(stream->name);
        summaries.push_back({stream->name, stream->arn(), std::string(status_name(stream->status)),
                             shapes::StreamModeDetails{std::string(mode_name(stream->mode))}, stream->created});
    }
    ListStreamsOutput output{std::move(names), more, {}, std::move(summaries)};
    if (more) output.next_token = make_next_token(call, token_kind, {streams.back()->name});
    co_return output;
}

}  // namespace

constinit const Operation list_streams_operation =
    wire::operation<&list_streams, input_shape, &output_shape>("ListStreams");

}  // namespace rivulet::kinesis
