// The examples that AWS documents, and requests that are signed rightly and wrongly.
#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "server/http/date.hpp"
#include "server/wire/signature_v4.hpp"
#include "tests/unit/kinesis_support.hpp"
#include "tests/unit/s3_service_support.hpp"

namespace rivulet {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto iam_secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr auto s3_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr auto hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

http::Request request_of(const std::string& method, const std::string& target, const Headers& headers) {
    http::Request request{method, target, {}, nullptr};
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return request;
}

/// Puts the Authorization header that a client with that secret would send.
void sign_request(http::Request& request, const std::string& secret, const std::string& access_key,
                  const std::string& scope, const std::string& signed_headers, const std::string& payload_hash,
                  wire::PathRule rule = wire::PathRule::as_it_is) {
    const std::string head = "AWS4-HMAC-SHA256 Credential=" + access_key + '/' + scope +
                             ", SignedHeaders=" + signed_headers + ", Signature=";
    request.headers.set("Authorization", head + "0");
    const auto signature = *wire::read_signature(request);
    const auto text = wire::string_to_sign(signature, wire::canonical_request(request, signature, rule, payload_hash));
    request.headers.set("Authorization", head + wire::sign(wire::signing_key(secret, signature.scope), text));
}

std::string signature_in(const http::Request& request) {
    return wire::read_signature(request)->value;
}

struct Example {
    std::string method;
    std::string target;
    Headers headers;
    std::string signed_headers;
    std::string signature;
    std::string body = {};
};

TEST(SignatureV4, the_general_examples_of_the_documentation_come_out) {
    const Headers vanilla = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
    const std::vector<Example> examples = {
        {"GET", "/", vanilla, "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"POST", "/", vanilla, "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"GET", "/?Param2=value2&Param1=value1", vanilla, "host;x-amz-date",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    };
    for (const auto& example : examples) {
        auto request = request_of(example.method, example.target, example.headers);
        sign_request(request, iam_secret, "AKIDEXAMPLE", "20150830/us-east-1/service/aws4_request",
                     example.signed_headers, hash_of_nothing, wire::PathRule::encoded_again);
        EXPECT_EQ(signature_in(request), example.signature) << example.method << example.target;
    }
    auto list_users = request_of("GET", "/?Action=ListUsers&Version=2010-05-08",
                                 {{"Host", "iam.amazonaws.com"},
                                  {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                  {"X-Amz-Date", "20150830T123600Z"}});
    sign_request(list_users, iam_secret, "AKIDEXAMPLE", "20150830/us-east-1/iam/aws4_request",
                 "content-type;host;x-amz-date", hash_of_nothing, wire::PathRule::encoded_again);
    EXPECT_EQ(signature_in(list_users), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SignatureV4, the_examples_of_s3_come_out) {
    const std::string host = "examplebucket.s3.amazonaws.com";
    const std::string time = "20130524T000000Z";
    const auto with = [&](Headers headers, const std::string& hash = hash_of_nothing) {
        headers.insert(headers.end(), {{"Host", host}, {"x-amz-date", time}, {"x-amz-content-sha256", hash}});
        return headers;
    };
    const std::string welcome = hex_encode(sha256("Welcome to Amazon S3."));
    const std::vector<Example> examples = {
        {"GET", "/test.txt", with({{"Range", "bytes=0-9"}}), "host;range;x-amz-content-sha256;x-amz-date",
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", hash_of_nothing},
        {"PUT", "/test$file.text",
         with({{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}, welcome),
         "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", welcome},
        {"GET", "/?lifecycle", with({}), "host;x-amz-content-sha256;x-amz-date",
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", hash_of_nothing},
        {"GET", "/?max-keys=2&prefix=J", with({}), "host;x-amz-content-sha256;x-amz-date",
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", hash_of_nothing},
    };
    for (const auto& example : examples) {
        auto request = request_of(example.method, example.target, example.headers);
        sign_request(request, s3_secret, "AKIAIOSFODNN7EXAMPLE", "20130524/us-east-1/s3/aws4_request",
                     example.signed_headers, example.body);
        EXPECT_EQ(signature_in(request), example.signature) << example.target;
    }
    const auto presigned = request_of(
        "GET",
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%"
        "2F"
        "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
        {{"Host", host}});
    const auto signature = *wire::read_signature(presigned);
    const auto text = wire::string_to_sign(
        signature, wire::canonical_request(presigned, signature, wire::PathRule::as_it_is, "UNSIGNED-PAYLOAD"));
    EXPECT_EQ(wire::sign(wire::signing_key(s3_secret, signature.scope), text),
              "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SignatureV4, the_chunks_of_the_documented_upload_have_their_signatures) {
    wire::Signature seed{*wire::parse_scope("AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
                         {},
                         "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
                         "20130524T000000Z",
                         {}};
    wire::ChunkSignatures chunks(wire::signing_key(s3_secret, seed.scope), seed);
    EXPECT_TRUE(chunks.is_next_chunk(sha256(std::string(65536, 'a')),
                                     "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"));
    EXPECT_TRUE(chunks.is_next_chunk(sha256(std::string(1024, 'a')),
                                     "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"));
    EXPECT_TRUE(chunks.is_next_chunk(sha256(""), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"));
    EXPECT_FALSE(chunks.is_next_chunk(sha256(""), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"));
}

TEST(SignatureV4, what_is_canonical_does_not_depend_on_how_it_was_sent) {
    const auto request = request_of("GET", "/a//b/./c/../d%20e/?b=2&a=%7e&a=+1&c",
                                    {{"Host", "h"}, {"X", "  one   two "}, {"x", "three"}});
    wire::Signature signature;
    signature.signed_headers = {"host", "x"};
    EXPECT_EQ(wire::canonical_request(request, signature, wire::PathRule::encoded_again, "HASH"),
              "GET\n/a/b/d%2520e/\na=%201&a=~&b=2&c=\nhost:h\nx:one two,three\n\nhost;x\nHASH");
    EXPECT_THAT(wire::canonical_request(request, signature, wire::PathRule::as_it_is, "HASH"),
                StartsWith("GET\n/a//b/./c/../d%20e/\n"));
}

class KinesisSignatureTest : public KinesisTest {
protected:
    std::string ask(const std::string& key_id, const std::string& secret_text, const Headers& changes = {},
                    const std::string& scope_end = "/us-east-1/kinesis/aws4_request", const std::string& body = "{}") {
        const std::string time = http::basic_date(clock.now() + offset);
        auto request = request_of("POST", "/",
                                  {{"Host", "localhost:4566"},
                                   {"Content-Type", "application/x-amz-json-1.1"},
                                   {"X-Amz-Target", "Kinesis_20131202.ListStreams"},
                                   {"X-Amz-Date", time}});
        if (!token.empty()) request.headers.add("X-Amz-Security-Token", token);
        sign_request(request, secret_text, key_id, scope_date.value_or(time.substr(0, 8)) + scope_end, signed_headers,
                     hex_encode(sha256("{}")), wire::PathRule::encoded_again);
        for (const auto& [name, value] : changes) request.headers.set(name, value);
        TextBody text(body);
        request.body = &text;
        const auto response = run(wire::answer_json(*protocol, request, verifying, random));
        const auto answer = json::parse(std::get<std::string>(response.body));
        return answer.contains("__type") ? answer["__type"].get<std::string>() + ": " + answer.value("message", "")
                                         : "";
    }

    std::string signed_headers = "content-type;host;x-amz-date;x-amz-target";
    std::string token;
    std::optional<std::string> scope_date;
    std::chrono::seconds offset{0};
    wire::Authenticator verifying{
        clock, {{"AKID", {"secret", "", "111122223333"}}, {"ASID", {"other", "token", default_account}}}, random};
};

constexpr auto unrecognized = "UnrecognizedClientException: The security token included in the request is invalid.";

TEST_F(KinesisSignatureTest, a_right_signature_is_let_in) {
    EXPECT_EQ(ask("AKID", "secret"), "");
    token = "token";
    EXPECT_EQ(ask("ASID", "other"), "");
}

TEST_F(KinesisSignatureTest, a_wrong_one_is_refused_with_what_should_have_been_signed) {
    const auto refused = ask("AKID", "guess");
    const std::string time = http::basic_date(clock.now());
    const std::string canonical =
        "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:localhost:4566\nx-amz-date:" + time +
        "\nx-amz-target:Kinesis_20131202.ListStreams\n\ncontent-type;host;x-amz-date;x-amz-target\n" +
        hex_encode(sha256("{}"));
    EXPECT_EQ(refused,
              "InvalidSignatureException: The request signature we calculated does not match the signature you "
              "provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for "
              "details.\n\nThe Canonical String for this request should have been\n'" +
                  canonical + "'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n" + time + '\n' +
                  time.substr(0, 8) + "/us-east-1/kinesis/aws4_request\n" + hex_encode(sha256(canonical)) + "'\n");
}

TEST_F(KinesisSignatureTest, nothing_that_is_signed_can_be_changed) {
    const auto is_refused = [](const std::string& answer) {
        return answer.starts_with("InvalidSignatureException: The request signature we calculated does not match");
    };
    EXPECT_TRUE(is_refused(ask("AKID", "secret", {}, "/us-east-1/kinesis/aws4_request", "{ }")));
    EXPECT_TRUE(is_refused(
        ask("AKID", "secret",
            {{"X-Amz-Target", "Kinesis_20131202.DescribeLimits "}, {"X-Amz-Target", "Kinesis_20131202.ListShards"}})));
    EXPECT_TRUE(is_refused(ask("AKID", "secret", {{"Host", "elsewhere"}})));
}

TEST_F(KinesisSignatureTest, unknown_keys_and_wrong_tokens_are_unrecognized) {
    EXPECT_EQ(ask("NOBODY", "secret"), unrecognized);
    EXPECT_EQ(ask("ASID", "other"), unrecognized);
    token = "stolen";
    EXPECT_EQ(ask("ASID", "other"), unrecognized);
    EXPECT_EQ(ask("AKID", "secret"), unrecognized);
}

TEST_F(KinesisSignatureTest, a_clock_may_be_five_minutes_away_and_no_more) {
    for (const int seconds : {-300, 300}) {
        offset = std::chrono::seconds(seconds);
        EXPECT_EQ(ask("AKID", "secret"), "");
    }
    const auto at = [&](int seconds) { return http::basic_date(clock.now() + std::chrono::seconds(seconds)); };
    offset = std::chrono::seconds(-301);
    EXPECT_EQ(ask("AKID", "secret"), "InvalidSignatureException: Signature expired: " + at(-301) +
                                         " is now earlier than " + at(-300) + " (" + at(0) + " - 5 min.)");
    offset = std::chrono::seconds(301);
    EXPECT_EQ(ask("AKID", "secret"), "InvalidSignatureException: Signature not yet current: " + at(301) +
                                         " is still later than " + at(300) + " (" + at(0) + " + 5 min.)");
}

TEST_F(KinesisSignatureTest, a_scope_for_something_else_is_refused) {
    EXPECT_EQ(ask("AKID", "secret", {}, "/us-east-1/sqs/aws4_request"),
              "InvalidSignatureException: Credential should be scoped to correct service: 'kinesis'. ");
    EXPECT_THAT(ask("AKID", "secret", {}, "/us-east-1/kinesis/aws5_request"), HasSubstr("valid terminator"));
    scope_date = "20150830";
    EXPECT_THAT(ask("AKID", "secret"), HasSubstr("Date in Credential scope does not match YYYYMMDD"));
}

TEST_F(KinesisSignatureTest, the_form_is_judged_before_the_signature) {
    EXPECT_THAT(ask("AKID", "secret", {{"Authorization", "AWS4-HMAC-SHA256 Signature=1"}}),
                StartsWith("IncompleteSignatureException: Authorization header requires 'Credential'"));
    EXPECT_EQ(ask("AKID", "secret",
                  {{"Authorization", "AWS4-HMAC-MD5 Credential=a/b/c/d/e, SignedHeaders=host, Signature=1"}}),
              "IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-HMAC-MD5'.");
    EXPECT_THAT(
        ask("AKID", "secret", {{"Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=1"}}),
        StartsWith("IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements"));
    EXPECT_THAT(ask("AKID", "secret", {{"X-Amz-Date", "yesterday"}}),
                StartsWith("IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got 'yesterday'."));
    signed_headers = "x-amz-date;x-amz-target";
    EXPECT_EQ(ask("AKID", "secret"),
              "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST_F(KinesisSignatureTest, handlers_sign_for_their_account_with_a_secret_of_the_server) {
    const auto& own = verifying.handler_secret();
    token = own.session_token;
    EXPECT_EQ(ask("RVLT111122223333", own.secret_access_key), "");
    EXPECT_EQ(verifying.find("RVLT111122223333")->account, "111122223333");
    EXPECT_EQ(ask("RVLT1111", own.secret_access_key), unrecognized);
    EXPECT_EQ(ask("111122223333", own.secret_access_key), unrecognized);
}

/// S3 with verified signatures, at 2023-11-14T22:13:20Z.
class S3SignatureTest : public testing::Test {
protected:
    S3UnderTest test{{{"AKID", {s3_secret, "", "000000000000"}}, {"ASID", {s3_secret, "token", "000000000000"}}}};

    ReadAnswer ask(const std::string& method, const std::string& target, const std::string& access_key,
                   const std::string& secret, Headers more = {}, const std::string& body = {},
                   const std::string& hash = {}, const Headers& unsigned_headers = {}) {
        const std::string payload = hash.empty() ? hex_encode(sha256(body)) : hash;
        Headers headers = {{"Host", "127.0.0.1:4566"},
                           {"x-amz-content-sha256", payload},
                           {"x-amz-date", http::basic_date(test.objects.clock.now() + offset)}};
        headers.insert(headers.end(), more.begin(), more.end());
        std::vector<std::string> names;
        for (const auto& [name, value] : headers) names.push_back(name == "Host" ? "host" : name);
        std::ranges::sort(names);
        std::string signed_headers;
        for (const auto& name : names) signed_headers += (signed_headers.empty() ? "" : ";") + name;
        auto request = request_of(method, target, headers);
        sign_request(request, secret, access_key, "20231114/us-east-1/s3/aws4_request", signed_headers, payload);
        headers.emplace_back("Authorization", request.headers.get("Authorization"));
        headers.insert(headers.end(), unsigned_headers.begin(), unsigned_headers.end());
        return test.call(method, target, headers, body);
    }

    /// A body of signed chunks after a request signed with `seed`.
    static std::string in_chunks(const std::vector<std::string>& chunks, const std::string& seed,
                                 const std::string& time, const std::string& trailer = {}) {
        const std::string scope = time.substr(0, 8) + "/us-east-1/s3/aws4_request";
        const std::string key = wire::signing_key(s3_secret, *wire::parse_scope("AKID/" + scope));
        std::string previous = seed;
        std::string body;
        const auto next = [&](const std::string& algorithm, const std::string& rest) {
            previous = wire::sign(key, algorithm + '\n' + time + '\n' + scope + '\n' + previous + '\n' + rest);
            return previous;
        };
        for (const auto& chunk : chunks) {
            char size[20];
            std::snprintf(size, sizeof size, "%zx", chunk.size());
            body += std::string(size) + ";chunk-signature=" +
                    next("AWS4-HMAC-SHA256-PAYLOAD", std::string(hash_of_nothing) + '\n' + hex_encode(sha256(chunk))) +
                    "\r\n" + chunk + (chunk.empty() ? "" : "\r\n");
        }
        if (!trailer.empty()) {
            body += trailer + "\r\nx-amz-trailer-signature:" +
                    next("AWS4-HMAC-SHA256-TRAILER", hex_encode(sha256(trailer + '\n'))) + "\r\n";
        }
        return body + "\r\n";
    }

    std::chrono::seconds offset{0};
};

TEST_F(S3SignatureTest, a_right_signature_is_let_in_whatever_the_key_is_made_of) {
    for (const std::string key : {"plain", "two%20words", "a+b", "%C3%BC", "x//y/../z", "a%2Fb", "tilde~"}) {
        EXPECT_EQ(ask("PUT", "/bucket/" + key, "AKID", s3_secret, {}, "body").status, 200U) << key;
        EXPECT_EQ(ask("GET", "/bucket/" + key, "AKID", s3_secret).body, "body") << key;
    }
    EXPECT_EQ(ask("GET", "/bucket?prefix=two%20w&list-type=2", "AKID", s3_secret).status, 200U);
}

TEST_F(S3SignatureTest, wrong_ones_are_refused_in_the_services_words) {
    const auto wrong = ask("GET", "/bucket/k", "AKID", "guess");
    EXPECT_EQ(wrong.status, 403U);
    EXPECT_EQ(wrong.code(), "SignatureDoesNotMatch");
    EXPECT_THAT(wrong.element("CanonicalRequest"), StartsWith("GET&#xA;/bucket/k&#xA;"));
    EXPECT_THAT(wrong.element("StringToSign"), StartsWith("AWS4-HMAC-SHA256&#xA;20231114T221320Z&#xA;"));
    const auto nobody = ask("GET", "/", "NOBODY", s3_secret);
    EXPECT_EQ(nobody.status, 403U);
    EXPECT_EQ(nobody.code(), "InvalidAccessKeyId");
    EXPECT_EQ(nobody.element("AWSAccessKeyId"), "NOBODY");
    EXPECT_EQ(ask("GET", "/", "ASID", s3_secret).code(), "InvalidAccessKeyId");
    EXPECT_EQ(ask("GET", "/", "ASID", s3_secret, {{"x-amz-security-token", "stolen"}}).code(), "InvalidToken");
    EXPECT_EQ(ask("GET", "/", "ASID", s3_secret, {{"x-amz-security-token", "token"}}).status, 200U);
}

TEST_F(S3SignatureTest, nobody_and_older_versions_are_not_let_in) {
    EXPECT_EQ(test.call("GET", "/").code(), "AccessDenied");
    EXPECT_EQ(test.call("GET", "/", {{"Authorization", "AWS AKID:c2ln"}}).code(), "InvalidRequest");
    EXPECT_EQ(test.call("GET", "/bucket/k?AWSAccessKeyId=AKID&Signature=x&Expires=1800000000").code(),
              "InvalidRequest");
}

TEST_F(S3SignatureTest, a_clock_may_be_fifteen_minutes_away_and_no_more) {
    for (const int seconds : {-900, 900}) {
        offset = std::chrono::seconds(seconds);
        EXPECT_EQ(ask("GET", "/", "AKID", s3_secret).status, 200U);
    }
    for (const int seconds : {-901, 901}) {
        offset = std::chrono::seconds(seconds);
        const auto refused = ask("GET", "/", "AKID", s3_secret);
        EXPECT_EQ(refused.status, 403U);
        EXPECT_EQ(refused.code(), "RequestTimeTooSkewed");
        EXPECT_EQ(refused.element("MaxAllowedSkewMilliseconds"), "900000");
    }
}

TEST_F(S3SignatureTest, what_speaks_to_the_service_must_be_signed) {
    const auto refused = ask("PUT", "/bucket/k", "AKID", s3_secret, {}, "body", {}, {{"x-amz-meta-evil", "1"}});
    EXPECT_EQ(refused.code(), "AccessDenied");
    EXPECT_EQ(refused.element("HeadersNotSigned"), "x-amz-meta-evil");
    EXPECT_EQ(ask("PUT", "/bucket/k", "AKID", s3_secret, {}, "body", hex_encode(sha256("another"))).code(),
              "XAmzContentSHA256Mismatch");
}

TEST_F(S3SignatureTest, signed_chunks_are_verified_one_by_one) {
    const std::string time = "20231114T221320Z";
    const std::vector<std::string> chunks = {std::string(70'000, 'a'), "bc", ""};
    const auto put = [&](const std::string& kind, const Headers& more, const std::string& trailer,
                         const std::function<void(std::string&)>& spoil) {
        Headers headers = {{"Host", "127.0.0.1:4566"},
                           {"x-amz-content-sha256", kind},
                           {"x-amz-date", time},
                           {"x-amz-decoded-content-length", "70002"}};
        headers.insert(headers.end(), more.begin(), more.end());
        auto request = request_of("PUT", "/bucket/chunked", headers);
        std::string names = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length";
        for (const auto& [name, value] : more) names += ';' + name;
        sign_request(request, s3_secret, "AKID", "20231114/us-east-1/s3/aws4_request", names, kind);
        headers.emplace_back("Authorization", request.headers.get("Authorization"));
        std::string body = in_chunks(chunks, signature_in(request), time, trailer);
        spoil(body);
        return test.call("PUT", "/bucket/chunked", headers, body);
    };
    const auto as_it_is = [](std::string&) {};
    const auto change = [](const std::string& from, const std::string& to) {
        return [=](std::string& body) { body.replace(body.find(from), from.size(), to); };
    };
    const std::string plain = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    for (const auto& spoiled : {change("\r\nbc", "\r\nbd"), change("aaaa", "aaab"), change("signature=", "signature=x"),
                                change(";chunk-signature=", ";chunk-nothing=")}) {
        const auto refused = put(plain, {}, {}, spoiled);
        EXPECT_EQ(refused.status, 403U);
        EXPECT_EQ(refused.code(), "SignatureDoesNotMatch");
        EXPECT_EQ(ask("GET", "/bucket/chunked", "AKID", s3_secret).code(), "NoSuchKey");
    }
    EXPECT_EQ(put(plain, {}, {}, as_it_is).status, 200U);
    EXPECT_EQ(ask("GET", "/bucket/chunked", "AKID", s3_secret).body, chunks[0] + chunks[1]);

    const std::string digest = base64_encode(sha256(chunks[0] + chunks[1]));
    const std::string trailer = "x-amz-checksum-sha256:" + digest;
    const Headers announced = {{"x-amz-trailer", "x-amz-checksum-sha256"}};
    EXPECT_EQ(put(plain + "-TRAILER", announced, trailer, as_it_is).status, 200U);
    EXPECT_EQ(put(plain + "-TRAILER", announced, trailer, change("trailer-signature:", "trailer-signature:0")).code(),
              "SignatureDoesNotMatch");
    EXPECT_EQ(put(plain + "-TRAILER", announced, trailer, change("x-amz-trailer-signature:", "x-amz-nothing:")).code(),
              "SignatureDoesNotMatch");
}

}  // namespace
}  // namespace rivulet
