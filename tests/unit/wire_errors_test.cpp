#include "common/limits.hpp"
#include "tests/unit/kinesis_support.hpp"

namespace rivulet {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WireTest : public KinesisTest {
protected:
    static std::string body_of(const http::Response& response) { return std::get<std::string>(response.body); }

    /// An answer as `status body`.
    std::string answer(const std::string& method, const std::string& operation, const std::string& body,
                       const std::map<std::string, std::string>& headers = {}) {
        const auto response = send(method, operation, body, headers);
        return std::to_string(response.status) + ' ' + body_of(response);
    }
    std::string post(const std::string& operation, const std::string& body,
                     const std::map<std::string, std::string>& headers = {}) {
        return answer("POST", operation, body, headers);
    }

    static std::string type_fault(const std::string& text) {
        return R"(400 {"__type":"SerializationException","Message":")" + text + "\"}";
    }
    static std::string constraint(const std::string& text) { return "ValidationException: " + text; }
};

constexpr auto not_determined =
    "403 <AccessDeniedException>\n"
    "  <Message>Unable to determine service/operation name to be authorized</Message>\n"
    "</AccessDeniedException>\n";

TEST_F(WireTest, requests_that_are_no_operation_are_refused_as_the_service_does) {
    EXPECT_EQ(answer("GET", "ListStreams", ""), not_determined);
    EXPECT_EQ(post("", "{}", {{"Content-Type", "text/plain"}, {"X-Amz-Target", ""}}), not_determined);
    EXPECT_EQ(post("ListStreams", "{}", {{"Content-Type", "text/plain"}}), "404 <UnknownOperationException/>\n");
    EXPECT_EQ(post("Nonsense", "{}"), R"(400 {"__type":"UnknownOperationException"})");
    EXPECT_EQ(post("Nonsense", ""), R"(400 {"__type":"UnknownOperationException"})");
    EXPECT_EQ(post("ListStreams", ""), R"(400 {"__type":"SerializationException"})");
    for (const auto* body : {"{", "nothing", "[]", "\"text\"", "1", "null", "true", "{\"Limit\":1}}"}) {
        EXPECT_EQ(post("ListStreams", body), R"(400 {"__type":"SerializationException"})") << body;
    }
}

TEST_F(WireTest, plain_json_is_let_in_only_to_be_refused) {
    const std::map<std::string, std::string> plain = {{"Content-Type", "application/json"}};
    EXPECT_EQ(post("ListStreams", "{", plain),
              R"(400 {"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"})");
    EXPECT_EQ(post("ListStreams", "{}", plain),
              R"(404 {"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"})");
}

TEST_F(WireTest, a_body_over_the_limit_is_answered_413_without_ids) {
    const auto response = send("POST", "PutRecord", std::string(limits::max_kinesis_body_bytes + 1, ' '));
    EXPECT_EQ(response.status, 413U);
    EXPECT_FALSE(response.headers.find("x-amzn-RequestId"));
}

TEST_F(WireTest, credentials_that_are_malformed_are_refused_part_by_part) {
    EXPECT_EQ(post("ListStreams", "{}", {{"Authorization", ""}}),
              R"(400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})");
    EXPECT_EQ(
        post("ListStreams", "{}", {{"Authorization", "AWS4-HMAC-SHA256 Signature=1"}, {"X-Amz-Date", ""}}),
        "400 {\"__type\":\"IncompleteSignatureException\",\"message\":\"Authorization header requires 'Credential' "
        "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence "
        "of "
        "either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Signature=1\"}");
}

TEST_F(WireTest, values_of_a_wrong_type_are_named_in_the_services_words) {
    EXPECT_EQ(post("DeleteStream", R"({"StreamName":true})"),
              type_fault("class java.lang.Boolean can not be converted to an String"));
    EXPECT_EQ(
        post("DeleteStream", R"({"StreamName":1})"),
        type_fault("class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"));
    EXPECT_EQ(post("ListStreams", R"({"Limit":"1"})"),
              type_fault("class java.lang.String can not be converted to an Integer"));
    EXPECT_EQ(post("DeleteStream", R"({"EnforceConsumerDeletion":"maybe"})"),
              type_fault("'MAYBE' can not be converted to an Boolean"));
    EXPECT_EQ(post("DeleteStream", R"({"StreamName":[]})"), type_fault("Start of list found where not expected"));
    EXPECT_EQ(post("DeleteStream", R"({"StreamName":{}})"),
              type_fault("Start of structure or map found where not expected."));
    EXPECT_EQ(post("PutRecords", R"({"Records":1})"), type_fault("Expected list or null"));
    EXPECT_EQ(post("CreateStream", R"({"Tags":1})"), type_fault("Expected map or null"));
    EXPECT_EQ(post("CreateStream", R"({"StreamModeDetails":1})"), type_fault("Expected null"));
    EXPECT_EQ(
        post("PutRecord", R"({"Data":"abc"})"),
        type_fault("'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but "
                   "found: 3"));
    EXPECT_EQ(post("PutRecord", R"({"Data":"=aaa"})"),
              type_fault("'=aaa' can not be converted to a Blob: Invalid Base64 character: '='"));
    EXPECT_EQ(post("PutRecord", R"({"Data":"ab=="})"),
              type_fault("'ab==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"));
    EXPECT_EQ(post("GetShardIterator", R"({"Timestamp":"now"})"),
              type_fault("class java.lang.String can not be converted to milliseconds since epoch"));
}

TEST_F(WireTest, values_out_of_bounds_are_all_told_in_the_models_order) {
    EXPECT_EQ(error_of("PutRecord", nlohmann::json::object()),
              constraint(
                  "2 validation errors detected: Value null at 'data' failed to satisfy constraint: Member must not be "
                  "null; Value null at 'partitionKey' failed to satisfy constraint: Member must not be null"));
    EXPECT_EQ(
        error_of("ListStreams", {{"Limit", 0}}),
        constraint("1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have "
                   "value greater than or equal to 1"));
    EXPECT_EQ(
        error_of("ListStreams", {{"Limit", 10001}}),
        constraint("1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must "
                   "have value less than or equal to 10000"));
    EXPECT_EQ(
        error_of("DeleteStream", {{"StreamName", "a b"}}),
        constraint("1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must "
                   "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"));
    EXPECT_EQ(
        error_of("DeleteStream", {{"StreamARN", ""}}),
        constraint("2 validation errors detected: Value '' at 'streamARN' failed to satisfy constraint: Member must "
                   "satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+; Value '' at "
                   "'streamARN' failed to satisfy constraint: Member must have length greater than or equal to 1"));
    EXPECT_EQ(error_of("PutRecords", {{"StreamName", "s"}, {"Records", {{{"Data", ""}, {"PartitionKey", ""}}}}}),
              constraint("1 validation error detected: Value '' at 'records.1.member.partitionKey' failed to satisfy "
                         "constraint: Member must have length greater than or equal to 1"));
    EXPECT_EQ(
        error_of("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}, {"Tags", {{"", "v"}}}}),
        constraint("1 validation error detected: Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must "
                   "satisfy constraint: [Member must have length less than or equal to 128, Member must have length "
                   "greater than or equal to 1]"));
    EXPECT_THAT(
        error_of("UpdateShardCount", {{"StreamName", "s"}, {"TargetShardCount", 1}, {"ScalingType", "x"}}),
        HasSubstr("Value 'x' at 'scalingType' failed to satisfy constraint: Member must satisfy enum value set: "
                  "[UNIFORM_SCALING]"));
}

TEST_F(WireTest, at_most_ten_violations_are_told) {
    nlohmann::json input = {{"StreamName", "s"}, {"Records", nlohmann::json::array()}};
    for (int i = 0; i < 20; ++i) input["Records"].push_back({{"Data", ""}, {"PartitionKey", ""}});
    EXPECT_THAT(error_of("PutRecords", input), StartsWith("ValidationException: 10 validation errors detected: "));
}

TEST_F(WireTest, lengths_are_counted_as_java_counts_them) {
    create_active_stream("s", 1);
    std::string emoji;
    for (int i = 0; i < 128; ++i) emoji += "\xf0\x9f\x98\x80";
    EXPECT_EQ(error_of("PutRecord", {{"StreamName", "s"}, {"Data", ""}, {"PartitionKey", emoji}}), "");
    EXPECT_THAT(error_of("PutRecord", {{"StreamName", "s"}, {"Data", ""}, {"PartitionKey", emoji + "x"}}),
                HasSubstr("less than or equal to 256"));
}

TEST_F(WireTest, null_is_absence_and_unknown_members_are_passed_over) {
    EXPECT_EQ(error_of("ListStreams", {{"Limit", nullptr}, {"Colour", {{"deep", {1, {{"x", "y"}}}}}}}), "");
}

TEST_F(WireTest, answers_bear_ids_and_what_browsers_ask_for) {
    const auto response = send("POST", "ListStreams", "{}", {{"Origin", "http://here"}});
    EXPECT_EQ(response.headers.get("x-amzn-RequestId").size(), 36U);
    std::string extended;
    EXPECT_EQ(base64_decode(response.headers.get("x-amz-id-2"), extended).kind, Base64Fault::Kind::none);
    EXPECT_EQ(extended.size(), 72U);
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "*");
    const auto preflight =
        send("OPTIONS", "", "", {{"Origin", "http://here"}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(preflight.status, 200U);
    EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Methods"), "POST");
    EXPECT_EQ(preflight.headers.get("Access-Control-Max-Age"), "172800");
    EXPECT_FALSE(preflight.headers.find("x-amz-id-2"));
}

TEST_F(WireTest, cbor_says_the_same_as_json) {
    create_active_stream("s", 1);
    const std::map<std::string, std::string> cbor = {{"Content-Type", "application/x-amz-cbor-1.1"}};
    const auto ask = [&](const std::string& operation, const nlohmann::json& input) {
        std::string bytes;
        nlohmann::json::to_cbor(input, bytes);
        return nlohmann::json::from_cbor(body_of(send("POST", operation, bytes, cbor)));
    };
    const auto data = nlohmann::json::binary({0, 255, 10});
    const auto put = ask("PutRecord", {{"StreamName", "s"}, {"Data", data}, {"PartitionKey", "k"}});
    EXPECT_EQ(put["ShardId"], "shardId-000000000000");
    std::string get;
    nlohmann::json::to_cbor({{"ShardIterator", iterator("s")}}, get);
    const std::string read = body_of(send("POST", "GetRecords", get, cbor));
    EXPECT_THAT(read, HasSubstr(std::string("\x64"
                                            "Data"
                                            "\x43\x00\xff\x0a",
                                            9)));
    // Tag 1 and the milliseconds in eight bytes.
    std::string arrival = "\xc1\x1b";
    for (int shift = 56; shift >= 0; shift -= 8) {
        arrival += static_cast<char>(clock.now().time_since_epoch().count() >> shift);
    }
    EXPECT_THAT(read, HasSubstr(arrival));
    EXPECT_EQ(ask("DeleteStream", {{"StreamName", "none"}})["__type"], "ResourceNotFoundException");
    EXPECT_EQ(ask("DeleteStream", {{"StreamName", 1}})["__type"], "SerializationException");
}

TEST_F(WireTest, documents_made_to_exhaust_the_server_are_refused_like_any_broken_one) {
    const std::map<std::string, std::string> cbor = {{"Content-Type", "application/x-amz-cbor-1.1"}};
    const auto is_refused = [&](const std::string& body, const std::map<std::string, std::string>& headers) {
        const auto response = send("POST", "PutRecord", body, headers);
        return response.status == 400 && body_of(response).find("SerializationException") != std::string::npos;
    };
    for (const char nested : {'\x81', '\x9f', '\xa1', '\xbf', '\x7f', '\x5f', '\xc6', '\xd8'}) {
        EXPECT_TRUE(is_refused(std::string(1'000'000, nested), cbor)) << static_cast<int>(nested);
    }
    EXPECT_TRUE(is_refused(std::string(1'000'000, '['), {}));
    EXPECT_TRUE(is_refused("\xa1\x6cPartitionKey\x62\xff\xfe", cbor))
        << "text that is not UTF-8 could never be read as JSON";
}

TEST_F(WireTest, a_list_or_map_of_very_many_members_is_refused_quickly_and_briefly) {
    nlohmann::json many = {{"StreamName", "s"}, {"Records", nlohmann::json::array()}};
    for (int i = 0; i < 100'000; ++i) many["Records"].push_back(nlohmann::json::object());
    EXPECT_LT(post("PutRecords", many.dump()).size(), 1'000'000U);
    nlohmann::json tags;
    for (int i = 0; i < 100'000; ++i) tags[std::to_string(i)] = "";
    EXPECT_THAT(error_of("CreateStream", {{"StreamName", "s"}, {"ShardCount", 1}, {"Tags", tags}}),
                HasSubstr("Member must have length less than or equal to 200"));
}

TEST_F(WireTest, cbor_times_are_read_as_milliseconds_behind_their_tag) {
    create_active_stream("s", 1);
    put("s", "early");
    advance(std::chrono::seconds(10));
    const auto later = clock.now();
    put("s", "late");
    std::string input =
        "\xa4\x6aStreamName\x61s\x67ShardId\x61\x30\x71ShardIteratorType\x6c"
        "AT_TIMESTAMP\x69Timestamp\xc1\x1b";
    for (int shift = 56; shift >= 0; shift -= 8) input += static_cast<char>(later.time_since_epoch().count() >> shift);
    const auto answer =
        body_of(send("POST", "GetShardIterator", input, {{"Content-Type", "application/x-amz-cbor-1.1"}}));
    const auto found = nlohmann::json::from_cbor(answer).value("ShardIterator", "");
    EXPECT_EQ(read(found), std::vector<std::string>{"late"});
}

TEST_F(WireTest, a_scope_whose_region_is_none_cannot_reach_into_stored_keys) {
    http::Request request;
    request.target =
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=1"
        "&X-Amz-Credential=k/20260101/us-east-1%00x/kinesis/aws4_request";
    const auto credentials = wire::read_credentials(request);
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->owner.region, "us-east-1");
}

}  // namespace
}  // namespace rivulet
