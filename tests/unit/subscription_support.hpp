#pragma once

#include "common/waiter.hpp"
#include "tests/unit/event_stream_support.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {

/// A client of SubscribeToShard that reads all that comes, as long as it is not held.
class Subscriber {
public:
    using json = nlohmann::json;

    Subscriber(boost::asio::io_context& io, http::Response&& response)
        : response_(std::move(response)), io_(io), read_on_(io.get_executor()) {
        if (auto* const body = std::get_if<std::unique_ptr<http::Body>>(&response_.body)) {
            body_ = body->get();
            boost::asio::co_spawn(io_, read_all(), [this](const std::exception_ptr& fault) {
                ended = true;
                if (fault) std::rethrow_exception(fault);
            });
        } else {
            refusal = json::parse(std::get<std::string>(response_.body));
            ended = true;
        }
    }

    /// The records' data, over all events.
    std::vector<std::string> data() const {
        std::vector<std::string> all;
        for (const auto& event : events) {
            for (const auto& record : event.at("Records")) {
                std::string bytes;
                base64_decode(record.at("Data").get<std::string>(), bytes);
                all.push_back(bytes);
            }
        }
        return all;
    }

    std::string refusal_text() const {
        return refusal.is_null() ? "" : refusal["__type"].get<std::string>() + ": " + refusal.value("message", "");
    }

    void hold() { held_ = true; }
    void release() {
        held_ = false;
        read_on_.wake();
    }
    void end() {
        release();
        if (!ended) body_->end_soon();
    }

    json refusal;              ///< what was answered instead of a stream
    std::vector<json> events;  ///< payloads
    std::string exception;     ///< the type and text of an exception that came as an event
    bool ended = false;

private:
    boost::asio::awaitable<void> read_all() {
        std::string piece(4096, '\0');
        std::string bytes;
        bool initial = true;
        while (true) {
            while (held_) co_await read_on_.wait();
            const auto count = co_await body_->read_some(piece);
            if (!count || *count == 0) break;
            bytes.append(piece, 0, *count);
            for (const auto& message : take_messages(bytes)) take(message, std::exchange(initial, false));
        }
        EXPECT_TRUE(bytes.empty()) << "half a message is left";
    }

    void take(const EventMessage& message, bool initial) {
        const std::string type = message.headers.at(":message-type");
        const json payload = json::parse(message.payload);
        if (type == "exception") {
            exception = message.headers.at(":exception-type") + ": " + payload.value("message", "");
            return;
        }
        EXPECT_EQ(type, "event");
        EXPECT_EQ(message.headers.at(":event-type"), initial ? "initial-response" : "SubscribeToShardEvent");
        if (!initial) events.push_back(payload);
    }

    http::Response response_;
    http::Body* body_ = nullptr;
    boost::asio::io_context& io_;
    Waiter read_on_;
    bool held_ = false;
};

/// Kinesis with subscribers, in virtual time. Subscribers are read on an io_context of their own, which is never waited
/// for: they always wait for something.
class SubscriptionTest : public KinesisTest {
protected:
    ~SubscriptionTest() override {
        for (const auto& subscriber : subscribers) subscriber->end();
        pump();
    }

    /// A stream `s` with an ACTIVE consumer `c`.
    void set_up(int shards = 1) {
        create_active_stream("s", shards);
        consumer_arn = add_consumer("c");
    }

    std::string add_consumer(const std::string& name) {
        const auto answer = call("RegisterStreamConsumer", {{"StreamARN", stream_arn}, {"ConsumerName", name}});
        advance(settings.create_consumer_time);
        return answer["Consumer"]["ConsumerARN"];
    }

    Subscriber& subscribe_by(const json& input) {
        auto request = std::make_shared<http::Request>(kinesis_request("SubscribeToShard"));
        auto body = std::make_shared<TextBody>(input.dump());
        request->body = body.get();
        std::optional<http::Response> response;
        boost::asio::co_spawn(readers, wire::answer_json(*protocol, *request, authenticator, random),
                              [&response](const std::exception_ptr& fault, http::Response answer) {
                                  if (fault) std::rethrow_exception(fault);
                                  response = std::move(answer);
                              });
        pump([&] { return response.has_value(); });
        subscribers.push_back(std::make_unique<Subscriber>(readers, std::move(*response)));
        pump();
        return *subscribers.back();
    }

    Subscriber& subscribe(const json& position = {{"Type", "TRIM_HORIZON"}}, int shard = 0) {
        return subscribe_by({{"ConsumerARN", consumer_arn},
                             {"ShardId", shard_id(static_cast<std::uint32_t>(shard))},
                             {"StartingPosition", position}});
    }

    /// Lets the subscribers' side run until `done`; without one, for as long as it takes to see that nothing happens.
    void pump(const std::function<bool()>& done = {}) {
        for (int i = 0; done ? !done() && i < 5000 : i < 5; ++i) {
            readers.restart();
            readers.run_for(std::chrono::milliseconds(1));
        }
        if (done && !done()) ADD_FAILURE() << "what was waited for did not come";
    }

    /// Moves time on, subscribers included.
    void pass(std::chrono::milliseconds time) {
        advance(time);
        pump();
    }

    const std::string stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    std::string consumer_arn;
    boost::asio::io_context readers{1};
    std::vector<std::unique_ptr<Subscriber>> subscribers;
};

}  // namespace rivulet
