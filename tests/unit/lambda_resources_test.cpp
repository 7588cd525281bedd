#include <gmock/gmock.h>

#include "tests/unit/lambda_poller_support.hpp"

namespace rivulet {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class LambdaResources : public PollerTest {
protected:
    LambdaResources() {
        create_stream("purchases", 1);
        function.owner = owner;
        function.name = "enrich";
        function.runtime = "python3";
        function.file = folder.path() / "handler.py";
        std::ofstream(function.file) << "def lambda_handler(event, context): return None\n";
    }

    using Spoil = std::function<void(Function&)>;
    using SpoilMapping = std::function<void(EventSourceMapping&)>;

    /// What is said of the function with one thing changed.
    std::string answer(const Spoil& spoil) {
        auto spoilt = function;
        spoil(spoilt);
        const auto result = await(rivulet::create_function(*store, *tables, pool, spoilt));
        return result ? std::string("accepted") : result.error().message;
    }

    std::string answer_to_mapping(const SpoilMapping& spoil) {
        auto spoilt = mapping_of("purchases", "enrich");
        spoil(spoilt);
        const auto result = await(create_event_source_mapping(*store, *tables, random, spoilt));
        return result ? std::string("accepted") : result.error().message;
    }

    Function function;
};

}  // namespace

TEST_F(LambdaResources, a_function_that_cannot_be_is_refused_with_the_reason) {
    EXPECT_THAT(answer([&](auto& f) { f.file = folder.path() / "nothing.py"; }), HasSubstr("does not exist"));
    EXPECT_THAT(answer([&](auto& f) { f.file = folder.path(); }), HasSubstr("is not a file"));
    EXPECT_THAT(answer([&](auto& f) { f.file = "handler.py"; }), HasSubstr("absolute path"));
    EXPECT_THAT(answer([](auto& f) { f.runtime = "provided"; }), HasSubstr("is not executable"));
    EXPECT_THAT(answer([](auto& f) { f.runtime = "cobol"; }), HasSubstr("not 'cobol'"));
    EXPECT_THAT(answer([](auto& f) { f.timeout = seconds(0); }), HasSubstr("1 to 900 seconds, not 0"));
    EXPECT_THAT(answer([](auto& f) { f.timeout = seconds(901); }), HasSubstr("1 to 900 seconds, not 901"));
    EXPECT_THAT(answer([](auto& f) { f.memory_mib = 127; }), HasSubstr("128 to 10240 MiB, not 127"));
    EXPECT_THAT(answer([](auto& f) { f.memory_mib = 10'241; }), HasSubstr("128 to 10240 MiB, not 10241"));
    EXPECT_THAT(answer([](auto& f) { f.name = "a b"; }), HasSubstr("'a b' is not one"));
    EXPECT_THAT(answer([](auto& f) { f.name = std::string(65, 'a'); }), HasSubstr("1 to 64"));
    EXPECT_THAT(answer([](auto& f) { f.handler = "a/b"; }), HasSubstr("not 'a/b'"));
    EXPECT_EQ(tables->functions.size(), 0U);
}

TEST_F(LambdaResources, an_environment_that_lambda_would_not_take_is_refused) {
    EXPECT_THAT(answer([](auto& f) { f.environment["AWS_REGION"] = "x"; }), HasSubstr("reserved keys"));
    EXPECT_THAT(answer([](auto& f) { f.environment["A-B"] = "x"; }), HasSubstr("'A-B'"));
    EXPECT_THAT(answer([](auto& f) { f.environment["1AB"] = "x"; }), HasSubstr("'1AB'"));
    EXPECT_THAT(answer([](auto& f) { f.environment["AB"] = std::string("x\0y", 3); }), HasSubstr("NUL"));
    EXPECT_THAT(answer([](auto& f) { f.environment["AB"] = std::string(4096, 'x'); }), HasSubstr("at most 4096"));
    EXPECT_EQ(answer([](auto& f) { f.environment["AB"] = std::string(4094, 'x'); }), "accepted");
}

TEST_F(LambdaResources, a_function_of_a_taken_name_is_refused_and_the_first_one_stays) {
    EXPECT_EQ(answer([](auto& f) { f.timeout = seconds(7); }), "accepted");
    EXPECT_THAT(answer([](auto& f) { f.timeout = seconds(8); }), HasSubstr("already exist"));
    EXPECT_EQ(tables->functions.find(function_key(owner, "enrich"))->timeout, seconds(7));
}

TEST_F(LambdaResources, a_function_without_a_handler_gets_the_one_of_its_runtime) {
    EXPECT_EQ(answer([](auto&) {}), "accepted");
    EXPECT_EQ(tables->functions.find(function_key(owner, "enrich"))->handler_name(), "handler.lambda_handler");
    EXPECT_EQ(answer([](auto& f) { f.name = "node", f.runtime = "nodejs22.x"; }), "accepted");
    EXPECT_EQ(tables->functions.find(function_key(owner, "node"))->handler_name(), "handler.handler");
}

TEST_F(LambdaResources, runtimes_may_be_named_with_a_version) {
    for (const char* name : {"python3", "python3.13"}) EXPECT_EQ(runtime_kind(name), RuntimeKind::python) << name;
    for (const char* name : {"nodejs", "nodejs20.x"}) EXPECT_EQ(runtime_kind(name), RuntimeKind::nodejs) << name;
    for (const char* name : {"provided", "provided.al2023"}) EXPECT_EQ(runtime_kind(name), RuntimeKind::provided);
    for (const char* name : {"", "python", "python2.7", "node", "nodejsx", "java21"}) {
        EXPECT_FALSE(runtime_kind(name)) << name;
    }
}

TEST_F(LambdaResources, a_mapping_that_cannot_be_is_refused_with_the_reason) {
    ASSERT_EQ(answer([](auto&) {}), "accepted");
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.batch_size = 0; }), HasSubstr("1 to 10000, not 0"));
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.batch_size = 10'001; }), HasSubstr("1 to 10000, not 10001"));
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.batching_window = seconds(301); }), HasSubstr("0 to 300 seconds"));
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.sink = SinkTarget{}; }), HasSubstr("names no bucket"));
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.stream = "none"; }), HasSubstr("no stream 'none'"));
    EXPECT_THAT(answer_to_mapping([](auto& m) { m.function = "none"; }), HasSubstr("no function 'none'"));
    EXPECT_EQ(answer_to_mapping([](auto&) {}), "accepted");
    EXPECT_THAT(answer_to_mapping([](auto&) {}), HasSubstr("already exists"));
    EXPECT_EQ(tables->mappings.size(), 1U);
}

TEST_F(LambdaResources, functions_mappings_and_checkpoints_survive_a_restart_whole) {
    ASSERT_EQ(answer([](auto& f) {
                  f.runtime = "python3.12";
                  f.handler = "handle";
                  f.timeout = seconds(9);
                  f.memory_mib = 256;
                  f.environment["COLOUR"] = "grün";
              }),
              "accepted");
    put(store->streams().find(stream_key(owner, "purchases"))->id, 0, "before");
    auto mapping = mapping_of("purchases", "enrich");
    mapping.batch_size = 7;
    mapping.batching_window = milliseconds(1500);
    mapping.starting_position = StartingPosition::latest;
    mapping.starting_timestamp = Timestamp{milliseconds{123'456}};
    mapping.sink = SinkTarget{"bucket", "prefix/"};
    create_mapping(mapping);

    const auto function_before = *tables->functions.list({}).at(0);
    const auto mapping_before = *tables->mappings.list({}).at(0);
    const auto checkpoint_before = *tables->checkpoints.list({}).at(0);
    EXPECT_GT(checkpoint_before.next, 0U);
    restart();
    EXPECT_EQ(*tables->functions.list({}).at(0), function_before);
    EXPECT_EQ(*tables->mappings.list({}).at(0), mapping_before);
    EXPECT_EQ(*tables->checkpoints.list({}).at(0), checkpoint_before);
}

}  // namespace rivulet
