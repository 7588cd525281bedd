// The inner parts that the put and the get path spend their time in, each alone.

#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "common/base64.hpp"
#include "common/hashing.hpp"
#include "common/random.hpp"
#include "server/wire/decode.hpp"
#include "server/wire/encode.hpp"
#include "server/wire/event_stream.hpp"
#include "storage/store.hpp"

namespace rivulet {
namespace {

namespace asio = boost::asio;

struct Entry {
    wire::Required<wire::Blob> data;
    wire::Required<std::string> partition_key;
};
constexpr std::array entry_members = {
    wire::member<&Entry::data>("Data", wire::blob_shape),
    wire::member<&Entry::partition_key>("PartitionKey", wire::string_shape),
};
constexpr wire::Shape entry_shape = wire::structure_shape("Entry", entry_members);
constexpr wire::Shape entry_list = wire::list_shape<Entry>(entry_shape);

struct Entries {
    wire::Required<std::vector<Entry>> records;
};
constexpr std::array entries_members = {wire::member<&Entries::records>("Records", entry_list)};
constexpr wire::Shape entries_shape = wire::structure_shape("Entries", entries_members);

constexpr std::size_t record_bytes = 1024;
constexpr std::size_t batch_records = 500;

std::string data() {
    SeededRandom random(1);
    return random_bytes(random, record_bytes);
}

Entries entries() {
    Entries made;
    auto& records = made.records.emplace();
    for (std::size_t i = 0; i < batch_records; ++i) {
        records.push_back({wire::Blob{data()}, "key-" + std::to_string(i)});
    }
    return made;
}

void encode_base64(benchmark::State& state) {
    const std::string bytes = data();
    std::string text;
    for (auto turn : state) {
        text.clear();
        base64_append(text, bytes);
        benchmark::DoNotOptimize(text.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * record_bytes));
}
BENCHMARK(encode_base64);

void decode_base64(benchmark::State& state) {
    const std::string text = base64_encode(data());
    std::string bytes;
    for (auto turn : state) benchmark::DoNotOptimize(base64_decode(text, bytes));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * record_bytes));
}
BENCHMARK(decode_base64);

void route_by_hash(benchmark::State& state) {
    for (auto turn : state) benchmark::DoNotOptimize(hash_key_of("a partition key"));
}
BENCHMARK(route_by_hash);

/// Argument: the number of shards.
void find_shard(benchmark::State& state) {
    Stream stream;
    const auto count = static_cast<std::uint32_t>(state.range(0));
    const uint128 width = max_uint128 / count;
    for (std::uint32_t i = 0; i < count; ++i) {
        Shard shard;
        shard.ordinal = i;
        shard.first_hash_key = width * i;
        shard.last_hash_key = i + 1 == count ? max_uint128 : width * (i + 1) - 1;
        stream.shards.push_back(shard);
    }
    stream.prepare_to_share();
    uint128 key = 0;
    for (auto turn : state) benchmark::DoNotOptimize(stream.shard_for(key += max_uint128 / 7));
}
BENCHMARK(find_shard)->Arg(1)->Arg(100)->Arg(10'000);

void decode_records(benchmark::State& state, wire::Format format) {
    const Entries made = entries();
    const std::string body = wire::encode(format, entries_shape, &made);
    for (auto turn : state) {
        Entries read;
        benchmark::DoNotOptimize(wire::decode(format, body, &entries_shape, &read));
        benchmark::DoNotOptimize(wire::validate(entries_shape, &read));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch_records));
}
BENCHMARK_CAPTURE(decode_records, json, wire::Format::json);
BENCHMARK_CAPTURE(decode_records, cbor, wire::Format::cbor);

void encode_records(benchmark::State& state, wire::Format format) {
    const Entries made = entries();
    for (auto turn : state) benchmark::DoNotOptimize(wire::encode(format, entries_shape, &made));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch_records));
}
BENCHMARK_CAPTURE(encode_records, json, wire::Format::json);
BENCHMARK_CAPTURE(encode_records, cbor, wire::Format::cbor);

void encode_event(benchmark::State& state) {
    const Entries made = entries();
    const std::string payload = wire::encode(wire::Format::json, entries_shape, &made);
    for (auto turn : state) {
        benchmark::DoNotOptimize(wire::encode_event_message({{":event-type", "SubscribeToShardEvent"}}, payload));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch_records));
}
BENCHMARK(encode_event);

/// A store with one shard, {1, 0}, in a directory that goes away.
class OpenStore {
public:
    OpenStore() {
        std::string name = (std::filesystem::temp_directory_path() / "rivulet-bench-XXXXXX").string();
        directory_ = mkdtemp(name.data());
        store_ = std::move(*Store::open({.directory = directory_ / "log"}, clock_, pool_));
        run(store_->catalog().transact([](Catalog::Transaction& transaction) -> Result<void> {
            transaction.open_shard({1, 0});
            return {};
        }));
    }
    ~OpenStore() {
        store_.reset();
        std::filesystem::remove_all(directory_);
    }

    RecordLog& log() { return store_->log(); }

    template <class T>
    void run(asio::awaitable<T> coroutine) {
        asio::co_spawn(io_, std::move(coroutine), [](const std::exception_ptr&, const T&) {});
        io_.restart();
        io_.run();
    }

private:
    ManualClock clock_;
    BlockingPool pool_{1};
    asio::io_context io_{1};
    std::filesystem::path directory_;
    std::unique_ptr<Store> store_;
};

/// Argument: the records of an append.
void append(benchmark::State& state) {
    OpenStore store;
    const std::string bytes = data();
    const std::vector<NewRecord> records(static_cast<std::size_t>(state.range(0)), NewRecord{{1, 0}, "key", bytes});
    for (auto turn : state) store.run(store.log().append(records));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * records.size()));
}
BENCHMARK(append)->Arg(1)->Arg(500)->UseRealTime();  // the store has threads of its own

void read(benchmark::State& state) {
    OpenStore store;
    const std::string bytes = data();
    const std::vector<NewRecord> records(10'000, NewRecord{{1, 0}, "key", bytes});
    store.run(store.log().append(records));
    for (auto turn : state) store.run(store.log().read({1, 0}, 0, {10'000, 64UL * 1024 * 1024}));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * records.size()));
}
BENCHMARK(read)->UseRealTime();

}  // namespace
}  // namespace rivulet

BENCHMARK_MAIN();
