#pragma once

#include <nlohmann/json.hpp>

#include "common/base64.hpp"
#include "server/kinesis/consumer_lifecycle.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/stream_lifecycle.hpp"
#include "server/wire/json_protocol.hpp"
#include "tests/unit/store_support.hpp"

namespace rivulet {

/// A request's body that is there already.
class TextBody final : public http::Body {
public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    std::optional<std::uint64_t> length() const override { return text_.size(); }
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        const std::size_t count = std::min(buffer.size(), text_.size() - read_);
        std::copy_n(text_.data() + read_, count, buffer.data());
        read_ += count;
        co_return count;
    }

private:
    std::string text_;
    std::size_t read_ = 0;
};

/// Kinesis as a client sees it, in virtual time and without a network.
class KinesisTest : public testing::Test, public StoreUnderTest {
protected:
    using json = nlohmann::json;

    KinesisTest() {
        settings.shard_limit = 40;
        start();
    }

    void start() {
        secret = *run(kinesis::load_token_secret(*store, random));
        sealer = std::make_unique<kinesis::TokenSealer>(secret);
        lifecycle = std::make_unique<kinesis::Lifecycle>(kinesis::stream_lifecycle(*store), store->catalog(), clock,
                                                         io.get_executor());
        lifecycle->resume();
        consumer_lifecycle = std::make_unique<kinesis::Lifecycle>(kinesis::consumer_lifecycle(*store), store->catalog(),
                                                                  clock, io.get_executor());
        consumer_lifecycle->resume();
        service.reset(new kinesis::Service{*store, clock, random, settings, *lifecycle, *consumer_lifecycle,
                                           subscriptions, *sealer});
        protocol = std::make_unique<kinesis::Protocol>(*service);
    }

    void restart() {
        lifecycle.reset();
        consumer_lifecycle.reset();
        reopen();
        start();
    }

    /// A request without its body; an empty header is left out.
    http::Request kinesis_request(const std::string& operation,
                                  const std::map<std::string, std::string>& more_headers = {}) {
        http::Request request;
        request.method = "POST";
        request.target = "/";
        std::map<std::string, std::string> headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                                      {"X-Amz-Target", "Kinesis_20131202." + operation},
                                                      {"X-Amz-Date", "20260101T000000Z"},
                                                      {"Authorization", "AWS4-HMAC-SHA256 Credential=" + access_key +
                                                                            "/20260101/us-east-1/kinesis/aws4_request, "
                                                                            "SignedHeaders=host, Signature=0"}};
        for (const auto& [name, value] : more_headers) headers[name] = value;
        for (const auto& [name, value] : headers) {
            if (!value.empty()) request.headers.add(name, value);
        }
        return request;
    }

    http::Response send(const std::string& method, const std::string& operation, const std::string& body,
                        const std::map<std::string, std::string>& more_headers = {}) {
        auto request = kinesis_request(operation, more_headers);
        request.method = method;
        TextBody text(body);
        request.body = &text;
        return run(wire::answer_json(*protocol, request, authenticator, random));
    }

    /// The answer's members; an error is put in `__type` and `message`, as on the wire.
    json call(const std::string& operation, const json& input) {
        auto response = send("POST", operation, input.dump());
        // A large answer is encoded while it is read.
        if (auto* const source = std::get_if<std::unique_ptr<http::Body>>(&response.body)) {
            auto read = run(http::read_all(**source, 64 * 1024 * 1024));
            EXPECT_TRUE(read);
            response.body = read ? std::move(*read) : std::string();
        }
        const auto& body = std::get<std::string>(response.body);
        return body.empty() ? json::object() : json::parse(body);
    }

    /// An error's type and text, in one line; empty after a success.
    std::string error_of(const std::string& operation, const json& input) {
        const auto answer = call(operation, input);
        if (!answer.contains("__type")) return "";
        const std::string text = answer.contains("Message") ? answer["Message"] : answer.value("message", json(""));
        return answer["__type"].get<std::string>() + ": " + text;
    }

    void create_active_stream(const std::string& name, int shards) {
        ASSERT_EQ(error_of("CreateStream", {{"StreamName", name}, {"ShardCount", shards}}), "");
        advance(settings.create_stream_time);
    }

    std::string put(const std::string& stream, const std::string& data, const std::string& key = "key") {
        const auto answer =
            call("PutRecord", {{"StreamName", stream}, {"Data", base64_encode(data)}, {"PartitionKey", key}});
        return answer.value("SequenceNumber", answer.dump());
    }

    std::string iterator_by(json input) {
        const auto answer = call("GetShardIterator", input);
        return answer.value("ShardIterator", answer.dump());
    }

    std::string iterator(const std::string& stream, int shard = 0, const std::string& type = "TRIM_HORIZON") {
        return iterator_by({{"StreamName", stream},
                            {"ShardId", shard_id(static_cast<std::uint32_t>(shard))},
                            {"ShardIteratorType", type}});
    }

    static std::vector<std::string> data_of(const json& answer) {
        std::vector<std::string> data;
        for (const auto& record : answer.value("Records", json::array())) {
            std::string bytes;
            base64_decode(record["Data"].get<std::string>(), bytes);
            data.push_back(bytes);
        }
        return data;
    }

    std::vector<std::string> read(const std::string& shard_iterator) {
        return data_of(call("GetRecords", {{"ShardIterator", shard_iterator}}));
    }

    std::string status(const std::string& stream) {
        const auto answer = call("DescribeStreamSummary", {{"StreamName", stream}});
        return answer.contains("__type") ? answer["__type"] : answer["StreamDescriptionSummary"]["StreamStatus"];
    }

    Settings settings;
    SeededRandom random{1};
    std::string access_key = "000000000000";
    wire::Authenticator authenticator{clock};
    std::string secret;
    kinesis::Subscriptions subscriptions{clock};
    std::unique_ptr<kinesis::TokenSealer> sealer;
    std::unique_ptr<kinesis::Lifecycle> lifecycle;
    std::unique_ptr<kinesis::Lifecycle> consumer_lifecycle;
    std::unique_ptr<kinesis::Service> service;
    std::unique_ptr<kinesis::Protocol> protocol;
};

}  // namespace rivulet
