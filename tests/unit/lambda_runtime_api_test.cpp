#include <gmock/gmock.h>

#include <boost/asio.hpp>
#include <nlohmann/json.hpp>

#include "lambda-runner/runtime_api.hpp"

namespace rivulet {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view next_path = "/2018-06-01/runtime/invocation/next";

std::string header(const RuntimeReply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
        if (key == name) return value;
    }
    return {};
}

/// A process's Runtime API, and the process's side of it, without HTTP.
class Runtime : public ::testing::Test {
protected:
    using Reply = std::shared_ptr<std::optional<RuntimeReply>>;

    Runtime() {
        api = std::make_unique<RuntimeApi>(
            context.get_executor(), clock,
            RuntimeApi::Events{[this](const Invocation& taken) { taken_ids.push_back(taken.request_id); },
                               [this] { ++changes; }});
    }
    ~Runtime() override {
        api->close();
        run();
    }

    /// Sends a request; the reply is there once it has been answered.
    Reply send(std::string_view method, std::string path, std::string body = {}, std::string error_type = {}) {
        const auto reply = std::make_shared<std::optional<RuntimeReply>>();
        asio::co_spawn(context, exchange(reply, method, std::move(path), std::move(body), std::move(error_type)),
                       asio::detached);
        run();
        return reply;
    }
    asio::awaitable<void> exchange(Reply reply, std::string_view method, std::string path, std::string body,
                                   std::string error_type) {
        const auto read = [&](std::size_t limit) -> asio::awaitable<Result<std::string>> {
            if (body.size() > limit) co_return Error(ErrorCode::request_entity_too_large, "too large");
            co_return body;
        };
        RuntimeCall call{method, path, error_type, read};
        *reply = co_await api->answer(std::move(call));
    }

    Reply next() { return send("GET", std::string(next_path)); }
    Reply post(const std::string& id, const std::string& verb, std::string body, std::string error_type = {}) {
        return send("POST", "/2018-06-01/runtime/invocation/" + id + '/' + verb, std::move(body),
                    std::move(error_type));
    }

    void run() {
        context.restart();
        context.poll();
    }

    void offer(std::string id, milliseconds timeout = milliseconds(3000)) {
        api->offer({std::move(id), "arn:aws:lambda:us-east-1:000000000000:function:enrich", "Root=1", timeout,
                    std::make_shared<const std::string>(R"({"Records":[]})")});
        run();
    }

    asio::io_context context{1};
    ManualClock clock{Timestamp{milliseconds{1'700'000'000'000}}};
    std::unique_ptr<RuntimeApi> api;
    std::vector<std::string> taken_ids;
    int changes = 0;
};

}  // namespace

TEST_F(Runtime, a_request_for_the_next_invocation_waits_until_there_is_one) {
    const auto reply = next();
    EXPECT_FALSE(reply->has_value());
    EXPECT_TRUE(api->initialised());
    EXPECT_FALSE(api->taken());
    offer("id-1", milliseconds(7000));
    ASSERT_TRUE(reply->has_value());
    EXPECT_EQ((*reply)->status, 200U);
    EXPECT_EQ((*reply)->body, R"({"Records":[]})");
    EXPECT_EQ(header(**reply, "Lambda-Runtime-Aws-Request-Id"), "id-1");
    EXPECT_EQ(header(**reply, "Lambda-Runtime-Deadline-Ms"), "1700000007000");
    EXPECT_EQ(header(**reply, "Lambda-Runtime-Invoked-Function-Arn"),
              "arn:aws:lambda:us-east-1:000000000000:function:enrich");
    EXPECT_EQ(header(**reply, "Lambda-Runtime-Trace-Id"), "Root=1");
    EXPECT_THAT(taken_ids, ElementsAre("id-1"));
}

TEST_F(Runtime, the_deadline_counts_from_when_the_process_takes_the_invocation) {
    offer("id-1", milliseconds(3000));
    clock.advance(milliseconds(5000));
    EXPECT_EQ(header(**next(), "Lambda-Runtime-Deadline-Ms"), "1700000008000");
}

TEST_F(Runtime, a_response_is_handed_out_byte_for_byte_and_once) {
    offer("id-1");
    next();
    const std::string body("not JSON at all\0\xff", 17);
    EXPECT_EQ((*post("id-1", "response", body))->status, 202U);
    ASSERT_TRUE(api->answered());
    const auto outcome = api->take_outcome();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->payload, body);
    EXPECT_FALSE(outcome->error);
    EXPECT_FALSE(api->take_outcome());
    offer("id-2");
    EXPECT_EQ(header(**next(), "Lambda-Runtime-Aws-Request-Id"), "id-2");
}

TEST_F(Runtime, an_error_is_an_outcome_with_its_type_and_message) {
    offer("id-1");
    next();
    const std::string body = R"({"errorMessage":"no luck","errorType":"ValueError","stackTrace":[]})";
    EXPECT_EQ((*post("id-1", "error", body, "Ignored"))->status, 202U);
    const auto outcome = api->take_outcome();
    ASSERT_TRUE(outcome && outcome->error);
    EXPECT_EQ(outcome->payload, body);
    EXPECT_EQ(outcome->error->type, "ValueError");
    EXPECT_EQ(outcome->error->message, "no luck");
}

TEST_F(Runtime, an_error_without_an_object_takes_its_type_from_the_header) {
    for (const std::string body : {"", "garbage", "[1]", R"({"errorType":7})"}) {
        offer("id");
        next();
        EXPECT_EQ((*post("id", "error", body, "Runtime.Odd"))->status, 202U);
        const auto outcome = api->take_outcome();
        ASSERT_TRUE(outcome && outcome->error) << body;
        EXPECT_EQ(outcome->error->type, "Runtime.Odd") << body;
        EXPECT_FALSE(outcome->payload.empty());
    }
}

TEST_F(Runtime, a_response_of_more_than_six_mebibytes_is_refused_and_fails_the_invocation) {
    constexpr std::size_t most = 6 * 1024 * 1024 + 100;
    offer("id-1");
    next();
    EXPECT_EQ((*post("id-1", "response", std::string(most, 'x')))->status, 202U);
    EXPECT_EQ(api->take_outcome()->payload.size(), most);
    offer("id-2");
    next();
    const auto reply = post("id-2", "response", std::string(most + 1, 'x'));
    EXPECT_EQ((*reply)->status, 413U);
    EXPECT_EQ(nlohmann::json::parse((*reply)->body)["errorType"], "RequestEntityTooLarge");
    const auto outcome = api->take_outcome();
    ASSERT_TRUE(outcome && outcome->error);
    EXPECT_EQ(outcome->error->type, "Function.ResponseSizeTooLarge");
    EXPECT_THAT(outcome->payload, HasSubstr("6291556 bytes"));
}

TEST_F(Runtime, an_answer_to_another_invocation_is_refused_and_changes_nothing) {
    EXPECT_EQ((*post("id-1", "response", "early"))->status, 400U);
    offer("id-1");
    EXPECT_EQ((*post("id-1", "response", "before it was taken"))->status, 400U);
    next();
    EXPECT_EQ((*post("id-0", "response", "late"))->status, 400U);
    EXPECT_FALSE(api->answered());
    post("id-1", "response", "right");
    EXPECT_EQ((*post("id-1", "error", "{}"))->status, 400U);
    EXPECT_EQ(api->take_outcome()->payload, "right");
}

TEST_F(Runtime, no_second_invocation_is_given_before_the_first_is_answered) {
    offer("id-1");
    next();
    EXPECT_EQ((*next())->status, 403U);
    EXPECT_TRUE(api->taken());
}

TEST_F(Runtime, of_two_waiting_requests_the_newer_gets_the_invocation) {
    const auto older = next();
    const auto newer = next();
    ASSERT_TRUE(older->has_value());
    EXPECT_EQ((*older)->status, 410U);
    offer("id-1");
    ASSERT_TRUE(newer->has_value());
    EXPECT_EQ((*newer)->status, 200U);
    EXPECT_THAT(taken_ids, ElementsAre("id-1"));
}

TEST_F(Runtime, an_initialisation_error_is_kept_until_asked_for) {
    const auto path = "/2018-06-01/runtime/init/error";
    EXPECT_EQ((*send("POST", path, R"({"errorMessage":"no module","errorType":"Runtime.ImportModuleError"})"))->status,
              202U);
    ASSERT_TRUE(api->initialisation_error());
    EXPECT_EQ(api->initialisation_error()->error->type, "Runtime.ImportModuleError");
    EXPECT_GE(changes, 1);
}

TEST_F(Runtime, a_process_that_has_initialised_cannot_fail_to_afterwards) {
    next();
    EXPECT_EQ((*send("POST", "/2018-06-01/runtime/init/error", "{}"))->status, 403U);
    EXPECT_FALSE(api->initialisation_error());
}

TEST_F(Runtime, what_is_not_of_the_runtime_api_is_not_found) {
    for (const char* path : {"/", "/2018-06-01/runtime/", "/2018-06-01/runtime/invocation/response",
                             "/2018-06-01/runtime/invocation//response", "/2015-03-31/functions"}) {
        EXPECT_EQ((*send("POST", path))->status, 404U) << path;
    }
    EXPECT_EQ((*send("POST", std::string(next_path)))->status, 404U);
    EXPECT_EQ((*send("GET", "/2018-06-01/runtime/init/error"))->status, 404U);
}

TEST_F(Runtime, closing_ends_a_waiting_request_and_refuses_every_later_one) {
    const auto waiting = next();
    api->close();
    run();
    ASSERT_TRUE(waiting->has_value());
    EXPECT_EQ((*waiting)->status, 410U);
    EXPECT_EQ((*next())->status, 410U);
    EXPECT_THAT(taken_ids, IsEmpty());
}

}  // namespace rivulet
