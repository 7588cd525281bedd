#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <boost/asio.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "common/random.hpp"
#include "lambda-runner/pollers.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

/// Answers as told, and keeps what it was handed.
class FakeInvoker final : public Invoker {
public:
    boost::asio::awaitable<Result<InvocationOutcome>> invoke(std::shared_ptr<const Function>,
                                                             Payload payload) override {
        events.push_back(nlohmann::json::parse(*payload));
        sizes.push_back(payload->size());
        ++running;
        while (held) co_await sleep_for(clock, std::chrono::milliseconds(1));
        --running;
        co_return answer(events.back());
    }

    explicit FakeInvoker(Clock& test_clock) : clock(test_clock) {}

    static InvocationOutcome success(std::string payload = "null") { return {std::move(payload), std::nullopt}; }
    static InvocationOutcome failure() { return {"{}", FunctionError{"ValueError", "no"}}; }

    /// The data of the records of an event, decoded only as far as the tests' letters go.
    static std::vector<std::string> keys_of(const nlohmann::json& event) {
        std::vector<std::string> keys;
        for (const auto& record : event["Records"]) keys.push_back(record["kinesis"]["partitionKey"]);
        return keys;
    }
    std::vector<std::string> all_keys() const {
        std::vector<std::string> keys;
        for (const auto& event : events) {
            for (auto& key : keys_of(event)) keys.push_back(std::move(key));
        }
        return keys;
    }

    Clock& clock;
    std::vector<nlohmann::json> events;
    std::vector<std::size_t> sizes;
    std::function<Result<InvocationOutcome>(const nlohmann::json&)> answer = [](const auto&) { return success(); };
    bool held = false;
    int running = 0;
};

class FakeSink final : public ResultSink {
public:
    boost::asio::awaitable<Result<void>> write(const SinkTarget& target, std::string_view shard_id,
                                               std::string_view first, std::string_view result) override {
        if (on_write) on_write();
        if (fault) co_return *fault;
        objects[target.bucket + '/' + target.prefix + std::string(shard_id) + '-' + std::string(first)] = result;
        ++writes;
        co_return Result<void>{};
    }

    std::map<std::string, std::string> objects;
    int writes = 0;
    std::optional<Error> fault;
    std::function<void()> on_write;
};

/// Pollers over a real store in virtual time; the test's own thread is the io thread.
class PollerTest : public ::testing::Test {
protected:
    using milliseconds = std::chrono::milliseconds;

    PollerTest() { open(); }
    ~PollerTest() override { pool.join(); }
    void SetUp() override { spdlog::set_level(spdlog::level::off); }
    void TearDown() override {
        stop();
        spdlog::set_level(spdlog::level::info);
    }

    void open() {
        store = std::move(*Store::open({folder.path(), Durability::process}, clock, pool));
        tables = std::make_unique<LambdaTables>();
        ASSERT_TRUE(tables->load(store->catalog()));
    }

    void start() {
        pollers =
            std::make_unique<Pollers>(PollerServices{context.get_executor(), *store, *tables, invoker, sink, clock});
        pollers->start();
    }

    void stop() {
        if (!pollers) return;
        await(pollers->stop());
        pollers.reset();
    }

    /// Ends the pollers and the store, and begins anew with what is on disk.
    void restart() {
        stop();
        tables.reset();
        store.reset();
        open();
        start();
    }

    template <class T>
    T await(boost::asio::awaitable<T> task) {
        auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
        run_until([&] { return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
        return result.get();
    }

    /// Runs what is to be run until the condition holds.
    void run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
            context.restart();
            context.run_for(milliseconds(1));
        }
    }

    /// Advances virtual time in small steps until the condition holds, and returns how far.
    milliseconds advance_until(const std::function<bool()>& condition, milliseconds step = milliseconds(10)) {
        milliseconds passed{0};
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
            clock.advance(step);
            passed += step;
            settle();
        }
        return passed;
    }

    /// Lets everything that is due happen, on this thread and the store's.
    void settle() {
        for (int i = 0; i < 5; ++i) {
            context.restart();
            context.run_for(milliseconds(1));
        }
    }

    std::uint64_t create_stream(const std::string& name, std::uint32_t shards,
                                StreamStatus status = StreamStatus::active) {
        std::uint64_t id = 0;
        const auto created = await(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            Stream stream;
            stream.id = id = transaction.next_id();
            stream.owner = owner;
            stream.name = name;
            stream.created = transaction.now();
            stream.status = status;
            while (stream.next_shard < shards) add_shard(stream, transaction, {}, {});
            store->streams().put(transaction, stream_key(owner, name), stream);
            return {};
        }));
        EXPECT_TRUE(created);
        return id;
    }

    static void add_shard(Stream& stream, Catalog::Transaction& transaction, std::optional<std::uint32_t> parent,
                          std::optional<std::uint32_t> adjacent) {
        Shard shard;
        shard.ordinal = stream.next_shard++;
        shard.created = transaction.now().time_since_epoch().count() / 1000;
        shard.parent = parent;
        shard.adjacent_parent = adjacent;
        stream.shards.push_back(shard);
        transaction.open_shard({stream.id, shard.ordinal});
    }

    /// Changes a stream in one transaction.
    void change_stream(const std::string& name, const std::function<void(Stream&, Catalog::Transaction&)>& change) {
        ASSERT_TRUE(await(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            Stream stream = *store->streams().find(stream_key(owner, name));
            change(stream, transaction);
            store->streams().put(transaction, stream_key(owner, name), stream);
            return {};
        })));
    }

    void delete_stream(const std::string& name) {
        ASSERT_TRUE(await(store->catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            transaction.drop_shards(store->streams().find(stream_key(owner, name))->id);
            store->streams().erase(transaction, stream_key(owner, name));
            return {};
        })));
    }

    Position put(std::uint64_t stream, std::uint32_t shard, std::string_view key, std::string_view data = "x") {
        const NewRecord record{{stream, shard}, key, data};
        const auto positions = await(store->log().append({&record, 1}));
        EXPECT_TRUE(positions && (*positions)[0]);
        return positions && (*positions)[0] ? *(*positions)[0] : 0;
    }

    void create_function(const std::string& name) {
        const auto file = folder.path() / "handler.py";
        std::ofstream(file) << "def lambda_handler(event, context): return None\n";
        Function function;
        function.owner = owner;
        function.name = name;
        function.runtime = "python3";
        function.file = file;
        ASSERT_TRUE(await(rivulet::create_function(*store, *tables, pool, function)));
    }

    EventSourceMapping mapping_of(const std::string& stream, const std::string& function) const {
        EventSourceMapping mapping;
        mapping.owner = owner;
        mapping.stream = stream;
        mapping.function = function;
        return mapping;
    }

    std::string create_mapping(const EventSourceMapping& mapping) {
        const auto uuid = await(create_event_source_mapping(*store, *tables, random, mapping));
        EXPECT_TRUE(uuid) << uuid.error().message;
        return uuid ? *uuid : std::string();
    }

    TemporaryDirectory folder;
    AccountRegion owner{"000000000000", "us-east-1"};
    boost::asio::io_context context{1};
    BlockingPool pool{2};
    ManualClock clock;
    SeededRandom random{7};
    std::unique_ptr<Store> store;
    std::unique_ptr<LambdaTables> tables;
    FakeInvoker invoker{clock};
    FakeSink sink;
    std::unique_ptr<Pollers> pollers;
};

}  // namespace rivulet
