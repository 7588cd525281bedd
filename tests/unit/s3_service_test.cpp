#include "server/s3/s3_service.hpp"

#include <gtest/gtest.h>

#include "tests/unit/s3_service_support.hpp"

namespace rivulet {

namespace {

/// A chunk of the aws-chunked form.
std::string chunk(std::string_view bytes, std::string_view extension = {}) {
    char length[20];
    std::snprintf(length, sizeof length, "%zx", bytes.size());
    return std::string(length) + std::string(extension) + "\r\n" + std::string(bytes) + "\r\n";
}

Headers chunked(std::size_t decoded, Headers more = {}) {
    Headers headers{{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                    {"Content-Encoding", "aws-chunked"},
                    {"x-amz-decoded-content-length", std::to_string(decoded)}};
    headers.insert(headers.end(), more.begin(), more.end());
    return headers;
}

// CRC-32 of "hello", by zlib.
constexpr const char* crc32_of_hello = "NhCmhg==";

}  // namespace

TEST(S3Service, an_object_comes_back_with_what_was_said_of_it) {
    S3UnderTest test;
    const auto put =
        test.call("PUT", "/bucket/a/b", {{"Content-Type", "text/css"}, {"X-Amz-Meta-Colour", "blue"}}, "hello");
    EXPECT_EQ(put.status, 200U);
    EXPECT_EQ(put.header("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    EXPECT_EQ(put.body, "");
    for (const char* method : {"GET", "HEAD"}) {
        const auto got = test.call(method, "/bucket/a/b");
        EXPECT_EQ(got.status, 200U);
        EXPECT_EQ(got.header("ETag"), put.header("ETag"));
        EXPECT_EQ(got.header("Content-Type"), "text/css");
        EXPECT_EQ(got.header("x-amz-meta-colour"), "blue");
        EXPECT_EQ(got.header("Last-Modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
        EXPECT_EQ(got.header("Accept-Ranges"), "bytes");
        EXPECT_EQ(got.header("x-amz-request-id").size(), 16U);
        EXPECT_EQ(got.body, std::string_view(method) == "GET" ? "hello" : "");
    }
}

TEST(S3Service, errors_are_the_service_s_xml) {
    S3UnderTest test;
    const auto missing = test.call("GET", "/bucket/a&b");
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(missing.code(), "NoSuchKey");
    EXPECT_EQ(missing.element("Message"), "The specified key does not exist.");
    EXPECT_EQ(missing.element("Key"), "a&amp;b");
    EXPECT_EQ(missing.element("RequestId"), missing.header("x-amz-request-id"));
    EXPECT_EQ(missing.header("Content-Type"), "application/xml");
    EXPECT_EQ(test.call("GET", "/nowhere/k").code(), "NoSuchBucket");
    EXPECT_EQ(test.call("GET", "/No_Bucket/k").code(), "InvalidBucketName");
    EXPECT_EQ(test.call("PATCH", "/bucket/k").status, 405U);
    EXPECT_EQ(test.call("GET", "/bucket?versioning").status, 501U);
    EXPECT_EQ(test.call("GET", "/bucket?x=%zz").code(), "InvalidURI");
    const auto head = test.call("HEAD", "/bucket/a");
    EXPECT_EQ(head.status, 404U);
    EXPECT_EQ(head.body, "");
}

TEST(S3Service, a_range_is_answered_alone_and_an_impossible_one_refused) {
    S3UnderTest test;
    test.objects.put("k", "0123456789");
    const auto part = test.call("GET", "/bucket/k", {{"Range", "bytes=-3"}});
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.header("Content-Range"), "bytes 7-9/10");
    EXPECT_EQ(part.body, "789");
    const auto none = test.call("GET", "/bucket/k", {{"Range", "bytes=10-"}});
    EXPECT_EQ(none.status, 416U);
    EXPECT_EQ(none.code(), "InvalidRange");
    EXPECT_EQ(none.header("Content-Range"), "bytes */10");
    EXPECT_EQ(test.call("GET", "/bucket/k", {{"Range", "bytes=1-2"}, {"If-Range", "\"other\""}}).body, "0123456789");
}

TEST(S3Service, conditions_decide_reads_and_writes) {
    S3UnderTest test;
    const std::string etag = '"' + test.objects.put("k", "hello").etag + '"';
    EXPECT_EQ(test.call("GET", "/bucket/k", {{"If-None-Match", etag}}).status, 304U);
    EXPECT_EQ(test.call("GET", "/bucket/k", {{"If-Match", "\"x\""}}).status, 412U);
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"If-None-Match", "*"}}, "new").code(), "PreconditionFailed");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"If-Match", "\"x\""}}, "new").code(), "PreconditionFailed");
    EXPECT_EQ(test.call("PUT", "/bucket/absent", {{"If-Match", etag}}, "new").code(), "NoSuchKey");
    EXPECT_EQ(test.objects.get("k"), "hello");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"If-Match", etag}}, "new").status, 200U);
    EXPECT_EQ(test.objects.get("k"), "new");
}

TEST(S3Service, an_answer_s_headers_can_be_overridden) {
    S3UnderTest test;
    test.objects.put("k", "hello");
    const auto got = test.call("GET", "/bucket/k?response-content-type=text%2Fhtml&response-expires=never");
    EXPECT_EQ(got.header("Content-Type"), "text/html");
    EXPECT_EQ(got.header("Expires"), "never");
}

TEST(S3Service, a_body_that_is_not_what_was_said_is_not_stored) {
    S3UnderTest test;
    const std::string wrong_sha(64, '0');
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}}, "hello").code(),
              "BadDigest");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"Content-MD5", "short"}}, "hello").code(), "InvalidDigest");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-content-sha256", wrong_sha}}, "hello").code(),
              "XAmzContentSHA256Mismatch");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-checksum-crc32", "AAAAAA=="}}, "hello").code(), "BadDigest");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-checksum-crc32", "?"}}, "hello").code(), "InvalidRequest");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-checksum-xxhash3", "AAAAAA=="}}, "hello").code(),
              "NotImplemented");
    EXPECT_TRUE(test.objects.keys().empty());
}

TEST(S3Service, a_checksum_that_was_verified_is_kept_and_shown_when_asked_for) {
    S3UnderTest test;
    const auto put = test.call("PUT", "/bucket/k", {{"x-amz-checksum-crc32", crc32_of_hello}}, "hello");
    EXPECT_EQ(put.header("x-amz-checksum-crc32"), crc32_of_hello);
    EXPECT_EQ(test.call("HEAD", "/bucket/k").header("x-amz-checksum-crc32"), "");
    const Headers asking{{"x-amz-checksum-mode", "ENABLED"}};
    EXPECT_EQ(test.call("HEAD", "/bucket/k", asking).header("x-amz-checksum-crc32"), crc32_of_hello);
    EXPECT_EQ(test.call("HEAD", "/bucket/k", asking).header("x-amz-checksum-type"), "FULL_OBJECT");
}

TEST(S3Service, a_chunked_body_is_decoded_and_its_trailing_checksum_verified) {
    S3UnderTest test;
    const Headers trailing{{"x-amz-trailer", "x-amz-checksum-crc32"}};
    const std::string body = chunk("he") + chunk("llo", ";chunk-signature=00") + "0\r\n";
    const std::string end = "\r\n\r\n";
    const auto put =
        test.call("PUT", "/bucket/k", chunked(5, trailing), body + "x-amz-checksum-crc32:" + crc32_of_hello + end);
    EXPECT_EQ(put.status, 200U) << put.body;
    EXPECT_EQ(test.objects.get("k"), "hello");
    EXPECT_EQ(test.call("GET", "/bucket/k").header("Content-Encoding"), "");
    EXPECT_EQ(
        test.call("PUT", "/bucket/bad", chunked(5, trailing), body + "x-amz-checksum-crc32:AAAAAA==" + end).code(),
        "BadDigest");
    EXPECT_EQ(test.call("PUT", "/bucket/bad", chunked(5, trailing), body + "\r\n").code(), "MalformedTrailerError");
    EXPECT_EQ(test.call("PUT", "/bucket/bad", chunked(5, trailing), body + "no colon\r\n\r\n").code(),
              "MalformedTrailerError");
    EXPECT_EQ(test.objects.keys(), std::vector<std::string>{"k"});
}

TEST(S3Service, a_broken_chunked_body_is_not_stored) {
    S3UnderTest test;
    for (const std::string& body :
         std::vector<std::string>{"", "zz\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhellox\r\n0\r\n\r\n", chunk("hello"),
                                  chunk("hell") + "0\r\n\r\n", "ffffffffffffffffff\r\nhello",
                                  "-5\r\nhello\r\n0\r\n\r\n", std::string(20'000, '0')}) {
        const auto put = test.call("PUT", "/bucket/k", chunked(5), body);
        EXPECT_EQ(put.code(), "IncompleteBody") << body.substr(0, 40);
    }
    EXPECT_TRUE(test.objects.keys().empty());
}

TEST(S3Service, a_body_that_breaks_off_leaves_the_object_as_it_was) {
    S3UnderTest test;
    test.objects.put("k", "old");
    BodyOfText body("half of it", 4, true);
    EXPECT_EQ(test.call("PUT", "/bucket/k", {}, body, 11).code(), "IncompleteBody");
    EXPECT_EQ(test.objects.get("k"), "old");
    EXPECT_TRUE(ObjectStoreUnderTest::tree(test.objects.root() / ".tmp").empty());
}

TEST(S3Service, a_large_object_is_whole_in_both_directions) {
    S3UnderTest test;
    SeededRandom random(3);
    const std::string bytes = random_bytes(random, 1024 * 1024 + 1);
    BodyOfText body(bytes, 100'000);
    EXPECT_EQ(test.call("PUT", "/bucket/k", {}, body, bytes.size()).status, 200U);
    EXPECT_TRUE(test.call("GET", "/bucket/k").body == bytes);
}

TEST(S3Service, what_a_header_asks_for_and_is_not_done_is_refused) {
    S3UnderTest test;
    for (const auto& header : Headers{{"x-amz-acl", "public-read"},
                                      {"x-amz-server-side-encryption", "aws:kms"},
                                      {"x-amz-tagging", "a=b"},
                                      {"x-amz-storage-class", "GLACIER"},
                                      {"x-amz-object-lock-mode", "GOVERNANCE"}}) {
        EXPECT_EQ(test.call("PUT", "/bucket/k", {header}, "x").code(), "NotImplemented") << header.first;
    }
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-storage-class", "COLD"}}, "x").code(), "InvalidStorageClass");
    EXPECT_EQ(test.call("PUT", "/bucket/k", {{"x-amz-meta-long", std::string(2049, 'x')}}, "x").code(),
              "MetadataTooLarge");
    EXPECT_TRUE(test.objects.keys().empty());
}

TEST(S3Service, copies_keep_or_replace_metadata) {
    S3UnderTest test;
    test.call("PUT", "/bucket/a%20b", {{"Content-Type", "text/css"}, {"x-amz-meta-x", "1"}}, "hello");
    const Headers source{{"x-amz-copy-source", "/bucket/a%20b"}};
    EXPECT_EQ(test.call("PUT", "/bucket/kept", source).element("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
    EXPECT_EQ(test.call("GET", "/bucket/kept").header("Content-Type"), "text/css");
    const auto replaced = test.call("PUT", "/bucket/replaced",
                                    {source[0], {"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-y", "2"}});
    EXPECT_EQ(replaced.status, 200U);
    EXPECT_EQ(test.call("GET", "/bucket/replaced").header("x-amz-meta-x"), "");
    EXPECT_EQ(test.call("GET", "/bucket/replaced").header("x-amz-meta-y"), "2");
    EXPECT_EQ(test.call("GET", "/bucket/replaced").body, "hello");
    EXPECT_EQ(test.call("PUT", "/bucket/a%20b", source).code(), "InvalidRequest") << "onto itself";
    EXPECT_EQ(test.call("PUT", "/bucket/x", {{"x-amz-copy-source", "/bucket/absent"}}).code(), "NoSuchKey");
    EXPECT_EQ(test.call("PUT", "/bucket/x", {{"x-amz-copy-source", "bucket"}}).code(), "InvalidArgument");
    EXPECT_EQ(test.call("PUT", "/bucket/x", {source[0], {"x-amz-copy-source-if-none-match", "*"}}).code(),
              "PreconditionFailed");
}

TEST(S3Service, buckets_are_created_where_the_request_says) {
    S3UnderTest test;
    const auto constraint = [](const std::string& region) {
        return "<CreateBucketConfiguration><LocationConstraint>" + region +
               "</LocationConstraint></CreateBucketConfiguration>";
    };
    EXPECT_EQ(test.call("PUT", "/new-bucket", {}, constraint("eu-west-1")).status, 200U);
    EXPECT_EQ(test.call("HEAD", "/new-bucket").header("x-amz-bucket-region"), "eu-west-1");
    EXPECT_NE(test.call("GET", "/new-bucket?location").body.find(">eu-west-1</LocationConstraint>"), std::string::npos);
    EXPECT_EQ(test.call("PUT", "/bucket").status, 200U) << "in us-east-1 a bucket may be made twice";
    const std::string authorization =
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    const Headers elsewhere{{"Authorization", authorization}, {"X-Amz-Date", "20260101T000000Z"}};
    EXPECT_EQ(test.call("PUT", "/new-bucket", elsewhere, constraint("eu-west-1")).code(), "BucketAlreadyOwnedByYou");
    EXPECT_EQ(test.call("PUT", "/other-bucket", elsewhere).code(), "IllegalLocationConstraintException");
    EXPECT_EQ(test.call("PUT", "/other-bucket", {}, constraint("nowhere")).code(), "InvalidLocationConstraint");
    EXPECT_EQ(test.call("PUT", "/other-bucket", {}, "<oops").code(), "MalformedXML");
    EXPECT_EQ(test.call("PUT", "/Other").code(), "InvalidBucketName");
}

TEST(S3Service, many_objects_are_deleted_at_once) {
    S3UnderTest test;
    for (const char* key : {"a", "b/c", " ", "keep"}) test.objects.put(key);
    const std::string document =
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object>"
        "<Object><Key>b/c</Key></Object><Object><Key> </Key></Object><Object><Key>absent</Key></Object></Delete>";
    EXPECT_EQ(test.call("POST", "/bucket?delete", {}, document).code(), "InvalidRequest") << "without a checksum";
    const Headers md5{{"Content-MD5", "rL0Y20zC+Fzt72VPzMSk2A=="}};
    EXPECT_EQ(test.call("POST", "/bucket?delete", md5, document).code(), "BadDigest");
    EXPECT_EQ(test.objects.keys().size(), 4U);
    const Headers trailing = chunked(document.size(), {{"x-amz-trailer", "x-amz-checksum-crc32"}});
    EXPECT_EQ(test.call("POST", "/bucket?delete", trailing, chunk(document) + "0\r\n\r\n").code(),
              "MalformedTrailerError");
}

TEST(S3Service, listings_page_with_tokens_and_markers) {
    S3UnderTest test;
    for (const char* key : {"a", "b/1", "b/2", "c d", "e"}) test.objects.put(key);
    const auto first = test.call("GET", "/bucket?list-type=2&delimiter=%2F&max-keys=2");
    EXPECT_EQ(first.element("IsTruncated"), "true");
    EXPECT_EQ(first.element("KeyCount"), "2");
    EXPECT_NE(first.body.find("<CommonPrefixes><Prefix>b/</Prefix>"), std::string::npos);
    std::string token = first.element("NextContinuationToken");
    for (std::size_t at = 0; (at = token.find('=')) != std::string::npos;) token.replace(at, 1, "%3D");
    const auto second =
        test.call("GET", "/bucket?list-type=2&encoding-type=url&delimiter=%2F&continuation-token=" + token);
    EXPECT_EQ(second.element("Key"), "c%20d");
    EXPECT_EQ(second.element("KeyCount"), "2");
    EXPECT_EQ(second.element("IsTruncated"), "false");
    EXPECT_EQ(test.call("GET", "/bucket?list-type=2&continuation-token=x").code(), "InvalidArgument");
    EXPECT_EQ(test.call("GET", "/bucket?list-type=2&max-keys=-1").code(), "InvalidArgument");
    EXPECT_EQ(test.call("GET", "/bucket?max-keys=x").code(), "InvalidArgument");
    EXPECT_EQ(test.call("GET", "/bucket?delimiter=%2F&marker=b%2F").element("Key"), "c d");
}

TEST(S3Service, a_key_that_is_the_prefix_itself_does_not_hide_what_follows_it) {
    S3UnderTest test;
    for (const char* key : {"d/", "d/1", "d/2"}) test.objects.put(key);
    const auto first = test.call("GET", "/bucket?prefix=d%2F&delimiter=%2F&max-keys=1");
    EXPECT_EQ(first.element("NextMarker"), "d/");
    EXPECT_EQ(test.call("GET", "/bucket?prefix=d%2F&delimiter=%2F&marker=d%2F").element("Key"), "d/1");
}

}  // namespace rivulet
