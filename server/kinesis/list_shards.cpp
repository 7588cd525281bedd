#include <algorithm>

#include "server/kinesis/describe.hpp"
#include "server/kinesis/errors.hpp"
#include "server/kinesis/next_token.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

struct ShardFilter {
    wire::Required<std::string> type;
    std::optional<std::string> shard_id;
    std::optional<Timestamp> timestamp;
};

constexpr std::array shard_filter_members = {
    wire::member<&ShardFilter::type>("Type", shapes::shard_filter_type),
    wire::member<&ShardFilter::shard_id>("ShardId", shapes::shard_id),
    wire::member<&ShardFilter::timestamp>("Timestamp", shapes::timestamp),
};
constexpr wire::Shape shard_filter = wire::structure_shape("ShardFilter", shard_filter_members);

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
struct ListShardsInput {
    std::optional<std::string> stream_name;
    std::optional<std::string> next_token;
    std::optional<std::string> exclusive_start_shard_id;
    std::optional<std::int32_t> max_results;
    std::optional<Timestamp> stream_creation_timestamp;
    std::optional<ShardFilter> shard_filter;
    std::optional<std::string> stream_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&ListShardsInput::stream_name>("StreamName", shapes::stream_name),
    wire::member<&ListShardsInput::next_token>("NextToken", shapes::next_token),
    wire::member<&ListShardsInput::exclusive_start_shard_id>("ExclusiveStartShardId", shapes::shard_id),
    wire::member<&ListShardsInput::max_results>("MaxResults", shapes::limit),
    wire::member<&ListShardsInput::stream_creation_timestamp>("StreamCreationTimestamp", shapes::timestamp),
    wire::member<&ListShardsInput::shard_filter>("ShardFilter", shard_filter),
    wire::member<&ListShardsInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&ListShardsInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("ListShardsInput", input_members);

struct ListShardsOutput {
    std::optional<std::vector<shapes::ShardDescription>> shards;
    std::optional<std::string> next_token;
};

constexpr std::array output_members = {
    wire::member<&ListShardsOutput::shards>("Shards", shapes::shard_list),
    wire::member<&ListShardsOutput::next_token>("NextToken", shapes::next_token),
};
constexpr wire::Shape output_shape = wire::structure_shape("ListShardsOutput", output_members);

constexpr std::string_view token_kind = "ListShards";

/// Which shards a listing has: those after one, that were open at some time of an interval. All of it is carried by the
/// token from page to page.
struct Selection {
    std::string stream_name;
    std::uint64_t stream_id = 0;
    std::int64_t after_ordinal = -1;
    std::int64_t open_from = 0;                   ///< seconds; closed before: not listed
    std::int64_t created_until = no_such_moment;  ///< seconds; created after: not listed
    bool open_only = false;

    static constexpr std::int64_t no_such_moment = std::numeric_limits<std::int64_t>::max();

    bool has(const Shard& shard) const {
        if (static_cast<std::int64_t>(shard.ordinal) <= after_ordinal) return false;
        if (open_only) return shard.is_open();
        return shard.created <= created_until && (shard.is_open() || *shard.closed >= open_from);
    }
};

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The moment of the oldest record that can still be read.
std::int64_t trim_horizon(const Stream& stream, Timestamp now) {
    const std::int64_t begun = stream.shards.empty() ? seconds(stream.created) : stream.shards.front().created;
    return std::max(begun, seconds(stream.horizon(now)));
}

Result<std::int64_t> ordinal_in(const Stream& stream, const std::string& given) {
    const auto ordinal = shard_ordinal(given);
    if (!ordinal) return errors::shard_not_found(stream, given);
    return std::int64_t{*ordinal};
}

Result<void> apply_filter(Selection& selection, const ShardFilter& filter, const Stream& stream, Timestamp now) {
    const std::string& type = *filter.type;
    const std::int64_t horizon = trim_horizon(stream, now);
    const bool timed = type == "AT_TIMESTAMP" || type == "FROM_TIMESTAMP";
    if (filter.shard_id && type != "AFTER_SHARD_ID") return errors::shard_filter_refuses(type, "ShardId");
    if (filter.timestamp && !timed) return errors::shard_filter_refuses(type, "Timestamp");
    if (type == "AFTER_SHARD_ID") {
        if (!filter.shard_id) return errors::shard_filter_needs(type, "ShardId");
        const auto ordinal = ordinal_in(stream, *filter.shard_id);
        if (!ordinal) return ordinal.error();
        selection.after_ordinal = std::max(selection.after_ordinal, *ordinal);
    } else if (type == "AT_LATEST") {
        selection.open_only = true;
    } else if (type == "AT_TRIM_HORIZON") {
        selection.open_from = selection.created_until = horizon;
    } else if (timed) {
        if (!filter.timestamp) return errors::shard_filter_needs(type, "Timestamp");
        if (*filter.timestamp > now) return errors::timestamp_in_future(*filter.timestamp, now);
        selection.open_from = std::max(horizon, seconds(*filter.timestamp));
        if (type == "AT_TIMESTAMP") selection.created_until = selection.open_from;
    }
    return {};
}

Result<Selection> select(const Call& call, const ListShardsInput& input) {
    const auto stream = find_stream(call, input);
    if (!stream) return stream.error();
    if (input.stream_creation_timestamp && seconds(*input.stream_creation_timestamp) != seconds((*stream)->created)) {
        return errors::stream_not_found((*stream)->name, call.owner.account);
    }
    Selection selection;
    selection.stream_name = (*stream)->name;
    selection.stream_id = (*stream)->id;
    // Expired shards are not listed, whenever the server forgets them: FROM_TRIM_HORIZON is what no filter means.
    selection.open_from = trim_horizon(**stream, call.service.clock.now());
    if (input.exclusive_start_shard_id) {
        const auto ordinal = ordinal_in(**stream, *input.exclusive_start_shard_id);
        if (!ordinal) return ordinal.error();
        selection.after_ordinal = *ordinal;
    }
    if (input.shard_filter) {
        auto filtered = apply_filter(selection, *input.shard_filter, **stream, call.service.clock.now());
        if (!filtered) return filtered.error();
    }
    return selection;
}

std::string make_token(const Call& call, const Selection& selection) {
    return make_next_token(call, token_kind,
                           {selection.stream_name, std::to_string(selection.stream_id),
                            std::to_string(selection.after_ordinal), std::to_string(selection.open_from),
                            std::to_string(selection.created_until), selection.open_only ? "1" : "0"});
}

Result<Selection> continued(const Call& call, const ListShardsInput& input) {
    if (input.stream_id) return errors::stream_id_unsupported();
    if (input.stream_name || input.stream_arn) return errors::next_token_and_stream();
    if (input.exclusive_start_shard_id) return errors::next_token_with("ExclusiveStartShardId");
    if (input.stream_creation_timestamp) return errors::next_token_with("StreamCreationTimestamp");
    if (input.shard_filter) return errors::next_token_with("ShardFilter");
    const auto fields = read_next_token(call, token_kind, *input.next_token);
    if (!fields) return fields.error();
    if (fields->size() != 6) return errors::invalid_next_token();
    return Selection{(*fields)[0],
                     std::stoull((*fields)[1]),
                     std::stoll((*fields)[2]),
                     std::stoll((*fields)[3]),
                     std::stoll((*fields)[4]),
                     (*fields)[5] == "1"};
}

asio::awaitable<Result<ListShardsOutput>> list_shards(const Call& call, const ListShardsInput& input) {
    if (!input.next_token && !input.stream_name && !input.stream_arn && !input.stream_id) {
        co_return errors::next_token_or_stream();
    }
    auto selection = input.next_token ? continued(call, input) : select(call, input);
    if (!selection) co_return selection.error();
    const auto stream = call.service.store.streams().find(stream_key(call.owner, selection->stream_name));
    if (!stream || stream->id != selection->stream_id) {
        co_return errors::stream_not_found(selection->stream_name, call.owner.account);
    }
    const auto limit = std::min(static_cast<std::size_t>(input.max_results.value_or(limits::max_list_shards)),
                                limits::max_list_shards);
    ListShardsOutput output{std::vector<shapes::ShardDescription>{}, {}};
    for (const auto& shard : stream->shards) {
        if (!selection->has(shard)) continue;
        if (output.shards->size() == limit) {
            output.next_token = make_token(call, *selection);
            break;
        }
        output.shards->push_back(describe_shard(shard));
        selection->after_ordinal = shard.ordinal;
    }
    co_return output;
}

}  // namespace

constinit const Operation list_shards_operation =
    wire::operation<&list_shards, input_shape, &output_shape>("ListShards");

}  // namespace rivulet::kinesis
