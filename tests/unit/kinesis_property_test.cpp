// Thousands of random steps against a model of the service held in memory. The seed is printed; KINESIS_SEED repeats a
// run, and KINESIS_STEPS makes it longer.
#include <cstdlib>
#include <random>

#include "server/kinesis/stream_names.hpp"
#include "server/retention.hpp"
#include "tests/unit/kinesis_property_support.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::int64_t retention_ms = 24LL * 3600 * 1000;
constexpr int max_open_shards = 12;
constexpr milliseconds updating_time{700};

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class RandomSteps : public KinesisTest {
protected:
    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(engine); }
    bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
    template <class Container>
    const auto& any_of(const Container& container) {
        return *std::next(container.begin(), static_cast<std::ptrdiff_t>(below(container.size())));
    }
    uint128 any_hash_key() { return static_cast<uint128>(engine()) << 64 | engine(); }

    std::int64_t now() const { return clock.now().time_since_epoch().count(); }
    std::int64_t horizon() const { return now() - retention_ms; }

    void create(const std::string& name);
    void put_one(const std::string& name);
    void put_many(const std::string& name);
    void split(const std::string& name);
    void merge(const std::string& name);
    void scale(const std::string& name);
    void refuse(const std::string& name);
    void read(const std::string& name);
    void trim();
    void remove(const std::string& name);
    void step();

    json any_entry();
    void keep(const std::string& name, const json& entry, const json& answer);
    void reshard(const std::string& name, const std::string& operation, json input,
                 const std::set<HashKeyRange>& expected);
    void learn(const std::string& name, const std::set<HashKeyRange>& expected_open);
    json list(const std::string& name);
    void learn_shard(ModelStream& stream, const json& listed);
    void check_read(const std::string& name, std::uint32_t ordinal, const std::string& from, std::size_t index);
    void check_order_by_key();

    std::mt19937_64 engine;
    std::map<std::string, ModelStream> streams;
    std::uint64_t put_so_far = 0;
};

void RandomSteps::create(const std::string& name) {
    const int shards = 1 + static_cast<int>(below(4));
    ASSERT_EQ(error_of("CreateStream", {{"StreamName", name}, {"ShardCount", shards}}), "");
    streams[name] = {};
    learn(name, even_ranges(shards));
}

RandomSteps::json RandomSteps::any_entry() {
    const std::string data = std::to_string(put_so_far++) + (chance(1) ? std::string(50'000, '.') : "");
    json entry = {{"Data", base64_encode(data)}, {"PartitionKey", "key-" + std::to_string(below(30))}};
    // Records that say where they go have keys of their own: they have no order among each other.
    if (chance(30)) entry.update({{"PartitionKey", "anywhere"}, {"ExplicitHashKey", to_string(any_hash_key())}});
    return entry;
}

/// Takes a record that was acknowledged into the model.
void RandomSteps::keep(const std::string& name, const json& entry, const json& answer) {
    ModelStream& stream = streams.at(name);
    const std::string partition_key = entry["PartitionKey"];
    const auto explicit_key = entry.find("ExplicitHashKey");
    const uint128 hash_key =
        explicit_key == entry.end() ? hash_key_of(partition_key) : *parse_uint128(explicit_key->get<std::string>());
    const std::uint32_t ordinal = stream.shard_of(hash_key);
    ASSERT_EQ(answer.value("ShardId", answer.dump()), shard_id(ordinal));
    std::string data;
    base64_decode(entry["Data"].get<std::string>(), data);
    auto& records = stream.shards.at(ordinal).records;
    const std::string number = answer["SequenceNumber"];
    if (!records.empty()) {
        ASSERT_GT(number, records.back().sequence_number);
    }
    records.push_back({number, partition_key, data, now()});
}

void RandomSteps::put_one(const std::string& name) {
    const json entry = any_entry();
    json input = entry;
    input["StreamName"] = name;
    keep(name, entry, call("PutRecord", input));
}

void RandomSteps::put_many(const std::string& name) {
    json entries = json::array();
    for (std::uint64_t i = 0, count = 1 + below(20); i < count; ++i) entries.push_back(any_entry());
    const auto answer = call("PutRecords", {{"StreamName", name}, {"Records", entries}});
    ASSERT_EQ(answer.value("FailedRecordCount", -1), 0) << answer;
    for (std::size_t i = 0; i < entries.size(); ++i) keep(name, entries[i], answer["Records"][i]);
}

/// A change of shards, at once or after a while in which records still go to the old ones.
void RandomSteps::reshard(const std::string& name, const std::string& operation, json input,
                          const std::set<HashKeyRange>& expected) {
    input["StreamName"] = name;
    settings.update_stream_time = chance(50) ? updating_time : milliseconds{0};
    ASSERT_EQ(error_of(operation, input), "") << input;
    if (settings.update_stream_time.count() > 0) {
        ASSERT_EQ(status(name), "UPDATING");
        ASSERT_THAT(error_of(operation, input), testing::HasSubstr("not ACTIVE, instead in state UPDATING"));
        put_many(name);
        if (chance(10)) restart();
        advance(updating_time);
    }
    ASSERT_EQ(status(name), "ACTIVE");
    learn(name, expected);
}

void RandomSteps::split(const std::string& name) {
    const ModelStream& stream = streams.at(name);
    const std::uint32_t ordinal = any_of(stream.open());
    const ModelShard& shard = stream.shards.at(ordinal);
    if (stream.open().size() >= max_open_shards || shard.last - shard.first < 4) return;
    const uint128 key = shard.first + 2 + any_hash_key() % (shard.last - shard.first - 2);
    auto expected = stream.open_ranges();
    expected.erase({shard.first, shard.last});
    expected.emplace(shard.first, key - 1);
    expected.emplace(key, shard.last);
    reshard(name, "SplitShard", {{"ShardToSplit", shard_id(ordinal)}, {"NewStartingHashKey", to_string(key)}},
            expected);
}

void RandomSteps::merge(const std::string& name) {
    const ModelStream& stream = streams.at(name);
    const auto open = stream.open();
    if (open.size() < 2) return;
    const std::size_t lower = below(open.size() - 1);
    const ModelShard& one = stream.shards.at(open[lower]);
    const ModelShard& other = stream.shards.at(open[lower + 1]);
    auto expected = stream.open_ranges();
    expected.erase({one.first, one.last});
    expected.erase({other.first, other.last});
    expected.emplace(one.first, other.last);
    json input = {{"ShardToMerge", shard_id(open[lower])}, {"AdjacentShardToMerge", shard_id(open[lower + 1])}};
    if (chance(50)) std::swap(input["ShardToMerge"], input["AdjacentShardToMerge"]);
    reshard(name, "MergeShards", input, expected);
}

void RandomSteps::scale(const std::string& name) {
    const int open = static_cast<int>(streams.at(name).open().size());
    const int least = (open + 1) / 2;
    const int most = std::min(2 * open, max_open_shards);
    const int target = least + static_cast<int>(below(static_cast<std::uint64_t>(std::max(1, most - least + 1))));
    reshard(name, "UpdateShardCount", {{"TargetShardCount", target}, {"ScalingType", "UNIFORM_SCALING"}},
            even_ranges(target));
}

/// What is refused changes nothing.
void RandomSteps::refuse(const std::string& name) {
    const ModelStream& stream = streams.at(name);
    const auto expected = stream.open_ranges();
    for (const auto& [ordinal, shard] : stream.shards) {
        const std::string id = shard_id(ordinal);
        const uint128 key = shard.closed ? shard.first + (shard.last - shard.first) / 2 : shard.first + 1;
        EXPECT_NE(error_of("SplitShard",
                           {{"StreamName", name}, {"ShardToSplit", id}, {"NewStartingHashKey", to_string(key)}}),
                  "");
        EXPECT_NE(error_of("MergeShards", {{"StreamName", name}, {"ShardToMerge", id}, {"AdjacentShardToMerge", id}}),
                  "");
    }
    learn(name, expected);
}

RandomSteps::json RandomSteps::list(const std::string& name) {
    const int page = 1 + static_cast<int>(below(20));
    auto answer = call("ListShards", {{"StreamName", name}, {"MaxResults", page}});
    json shards = answer["Shards"];
    while (answer.contains("NextToken")) {
        answer = call("ListShards", {{"NextToken", answer["NextToken"]}, {"MaxResults", page}});
        for (const auto& shard : answer["Shards"]) shards.push_back(shard);
    }
    return shards;
}

void RandomSteps::learn_shard(ModelStream& stream, const json& listed) {
    const std::uint32_t ordinal = *kinesis::shard_ordinal(listed["ShardId"].get<std::string>());
    const auto range = [&](const char* name) {
        return *parse_uint128(listed["HashKeyRange"][name].get<std::string>());
    };
    const auto seconds_in = [](const json& number) { return parse_sequence_number(number.get<std::string>()); };
    const json& numbers = listed["SequenceNumberRange"];
    auto known = stream.shards.find(ordinal);
    if (known == stream.shards.end()) {
        ASSERT_EQ(ordinal, stream.next_shard++) << "the next new shard has the next number";
        ModelShard shard;
        shard.first = range("StartingHashKey");
        shard.last = range("EndingHashKey");
        shard.created = seconds_in(numbers["StartingSequenceNumber"])->shard_created;
        for (const char* parent : {"ParentShardId", "AdjacentParentShardId"}) {
            if (listed.contains(parent)) {
                shard.parents.insert(*kinesis::shard_ordinal(listed[parent].get<std::string>()));
            }
        }
        std::int64_t parents_closed = 0;
        for (const std::uint32_t parent : shard.parents) {
            const ModelShard& of = stream.shards.at(parent);
            ASSERT_TRUE(of.closed);
            ASSERT_TRUE(of.first <= shard.last && shard.first <= of.last) << "a child lies where its parents lay";
            parents_closed = std::max(parents_closed, *of.closed);
        }
        if (!shard.parents.empty()) {
            ASSERT_EQ(shard.created, parents_closed + 1);
        }
        known = stream.shards.emplace(ordinal, std::move(shard)).first;
    }
    ModelShard& shard = known->second;
    ASSERT_TRUE(shard.first == range("StartingHashKey") && shard.last == range("EndingHashKey"));
    const bool closed = numbers.contains("EndingSequenceNumber");
    ASSERT_TRUE(closed || !shard.closed) << shard_id(ordinal) << " was closed and is open";
    if (!closed) return;
    const std::string end = numbers["EndingSequenceNumber"];
    for (const auto& record : shard.records) ASSERT_LT(record.sequence_number, end);
    shard.closed = seconds_in(numbers["EndingSequenceNumber"])->arrived;
}

/// Takes the shards that there are now into the model, if they are what they should be.
void RandomSteps::learn(const std::string& name, const std::set<HashKeyRange>& expected_open) {
    ModelStream& stream = streams.at(name);
    std::set<std::string> listed;
    for (const auto& shard : list(name)) {
        listed.insert(shard["ShardId"]);
        learn_shard(stream, shard);
    }
    ASSERT_TRUE(stream.open_ranges() == expected_open) << "the open shards are those that the changes lead to";
    uint128 next = 0;
    for (const auto& [first, last] : stream.open_ranges()) {
        ASSERT_TRUE(first == next) << "the open shards cover the space without gap or overlap";
        next = last + 1;
    }
    ASSERT_TRUE(next == 0);
    for (const auto& [ordinal, shard] : stream.shards) {
        ASSERT_EQ(listed.contains(shard_id(ordinal)), !shard.is_expired(horizon())) << shard_id(ordinal);
    }
}

/// Reads on from `from` to the end or tip, and expects the model's records from `index` on.
void RandomSteps::check_read(const std::string& name, std::uint32_t ordinal, const std::string& from,
                             std::size_t index) {
    const ModelStream& stream = streams.at(name);
    const ModelShard& shard = stream.shards.at(ordinal);
    json input = {{"ShardIterator", from}};
    if (chance(50)) input["Limit"] = 1 + below(100);
    while (true) {
        const auto answer = call("GetRecords", input);
        ASSERT_FALSE(answer.contains("__type")) << answer;
        for (const auto& record : answer["Records"]) {
            ASSERT_LT(index, shard.records.size()) << "a record too many in " << shard_id(ordinal);
            const ModelRecord& expected = shard.records[index++];
            ASSERT_EQ(record["SequenceNumber"], expected.sequence_number);
            ASSERT_EQ(record["PartitionKey"], expected.partition_key);
            ASSERT_EQ(record["Data"], base64_encode(expected.data));
            ASSERT_EQ(std::llround(record["ApproximateArrivalTimestamp"].get<double>() * 1000), expected.arrived);
        }
        const bool caught_up = index == shard.records.size();
        ASSERT_EQ(answer["MillisBehindLatest"], caught_up ? 0 : now() - shard.records[index - 1].arrived);
        if (caught_up) {
            ASSERT_EQ(answer.contains("NextShardIterator"), !shard.closed.has_value());
            std::set<std::string> children;
            for (const auto& child : answer.value("ChildShards", json::array())) children.insert(child["ShardId"]);
            std::set<std::string> expected;
            for (const auto& [other, child] : stream.shards) {
                if (child.parents.contains(ordinal)) expected.insert(shard_id(other));
            }
            ASSERT_EQ(children, expected);
            return;
        }
        input["ShardIterator"] = answer["NextShardIterator"];
    }
}

void RandomSteps::read(const std::string& name) {
    // What has expired can no longer be asked for.
    streams.at(name).expire(horizon());
    const ModelStream& stream = streams.at(name);
    const auto& [ordinal, shard] = any_of(stream.shards);
    const auto& records = shard.records;
    json input = {{"StreamName", name}, {"ShardId", shard_id(ordinal)}, {"ShardIteratorType", "TRIM_HORIZON"}};
    std::size_t index = 0;
    if (!records.empty()) {
        const std::size_t at = below(records.size());
        switch (below(4)) {
            case 0:
                input.update({{"ShardIteratorType", "AT_SEQUENCE_NUMBER"},
                              {"StartingSequenceNumber", records[at].sequence_number}});
                index = at;
                break;
            case 1:
                input.update({{"ShardIteratorType", "AFTER_SEQUENCE_NUMBER"},
                              {"StartingSequenceNumber", records[at].sequence_number}});
                index = at + 1;
                break;
            case 2: {
                const std::int64_t time = records[at].arrived + static_cast<std::int64_t>(below(2));
                input.update({{"ShardIteratorType", "AT_TIMESTAMP"},
                              {"Timestamp", static_cast<double>(std::min(time, now())) / 1000.0}});
                while (index < records.size() && records[index].arrived < std::min(time, now())) ++index;
                break;
            }
            default: break;
        }
    }
    check_read(name, ordinal, iterator_by(input), index);
}

void RandomSteps::trim() {
    advance(chance(30) ? milliseconds(retention_ms / 2) + milliseconds(below(retention_ms)) : hours(1 + below(6)));
    RetentionJob job(*store, clock, pool, settings, io.get_executor());
    boost::asio::co_spawn(io, job.run_once(), [](const std::exception_ptr& fault) { EXPECT_EQ(fault, nullptr); });
    settle();
    for (auto& [name, stream] : streams) {
        stream.expire(horizon());
        learn(name, stream.open_ranges());
    }
}

void RandomSteps::remove(const std::string& name) {
    ASSERT_EQ(error_of("DeleteStream", {{"StreamName", name}}), "");
    ASSERT_EQ(status(name), "ResourceNotFoundException");
    create(name);
}

void RandomSteps::step() {
    const std::string name = any_of(streams).first;
    const std::uint64_t dice = below(1000);
    advance(milliseconds(below(dice < 100 ? 3000 : 5)));
    if (dice < 300) return put_one(name);
    if (dice < 500) return put_many(name);
    if (dice < 780) return read(name);
    if (dice < 840) return split(name);
    if (dice < 910) return merge(name);
    if (dice < 950) return scale(name);
    if (dice < 970) return refuse(name);
    if (dice < 988) return trim();
    if (dice < 992) return remove(name);
    restart();
}

/// Parents have lower numbers than their children, so this is the order in which a reader that follows them reads.
void RandomSteps::check_order_by_key() {
    for (auto& [name, stream] : streams) {
        stream.expire(horizon());
        std::map<std::string, std::int64_t> last;
        for (const auto& [ordinal, shard] : stream.shards) {
            check_read(name, ordinal, iterator(name, static_cast<int>(ordinal)), 0);
            for (const auto& record : shard.records) {
                if (record.partition_key == "anywhere") continue;
                const std::int64_t number = std::stoll(record.data);
                const auto before = last.emplace(record.partition_key, -1).first;
                ASSERT_GT(number, before->second) << record.partition_key;
                before->second = number;
            }
        }
    }
}

TEST_F(RandomSteps, lose_and_repeat_no_record_and_keep_the_shards_whole) {
    const std::uint64_t seed = number_from_environment("KINESIS_SEED", std::random_device{}());
    const std::uint64_t steps = number_from_environment("KINESIS_STEPS", 4000);
    engine.seed(seed);
    std::cout << "KINESIS_SEED=" << seed << std::endl;
    settings.create_stream_time = settings.delete_stream_time = milliseconds{0};
    settings.shard_limit = 1000;
    for (const char* name : {"one", "two", "three"}) create(name);
    for (std::uint64_t i = 0; i < steps && !HasFailure(); ++i) {
        SCOPED_TRACE("step " + std::to_string(i) + " of KINESIS_SEED=" + std::to_string(seed));
        step();
    }
    if (!HasFailure()) check_order_by_key();
    EXPECT_GT(put_so_far, steps);
}

}  // namespace
}  // namespace rivulet
