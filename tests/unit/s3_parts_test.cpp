#include <gtest/gtest.h>

#include "common/base64.hpp"
#include "common/hex.hpp"
#include "server/http/date.hpp"
#include "server/s3/address.hpp"
#include "server/s3/byte_range.hpp"
#include "server/s3/checksum.hpp"
#include "server/s3/conditions.hpp"

namespace rivulet::s3 {

namespace {

std::string checksum_of(const char* name, std::string_view bytes, std::size_t piece) {
    const auto* algorithm = find_checksum_algorithm(name);
    if (algorithm == nullptr) return "no such algorithm";
    const auto checksum = algorithm->make();
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) checksum->update(bytes.substr(0, piece));
    return hex_encode(checksum->finish());
}

std::string shown(std::string_view host, std::string_view path) {
    const auto address = parse_address(host, path);
    return address ? address->bucket + " | " + address->key : std::string(kind_of(address.error().code).name);
}

ConditionAnswer answer(std::vector<std::pair<std::string, std::string>> fields) {
    http::Fields headers;
    for (auto& [name, value] : fields) headers.add(name, value);
    ObjectInfo object;
    object.etag = "abc";
    object.last_modified = *http::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") + std::chrono::milliseconds{400};
    return evaluate(read_conditions, headers, object);
}

}  // namespace

// The check values of the catalogue of CRC algorithms for "123456789" (https://reveng.sourceforge.io/crc-catalogue/),
// and the digests of RFC 3174 and FIPS 180-2 for "abc".
TEST(Checksum, has_the_published_values_however_the_bytes_are_cut) {
    for (const std::size_t piece : {1U, 3U, 8U, 100U}) {
        EXPECT_EQ(checksum_of("CRC32", "123456789", piece), "cbf43926");
        EXPECT_EQ(checksum_of("crc32c", "123456789", piece), "e3069283");
        EXPECT_EQ(checksum_of("x-amz-checksum-crc64nvme", "123456789", piece), "ae8b14860a799888");
        EXPECT_EQ(checksum_of("SHA1", "abc", piece), "a9993e364706816aba3e25717850c26c9cd0d89d");
        EXPECT_EQ(checksum_of("SHA256", "abc", piece),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    EXPECT_EQ(find_checksum_algorithm("XXHASH3"), nullptr);
}

TEST(ByteRange, is_resolved_against_the_size) {
    EXPECT_EQ(resolve_range("bytes=2-4", 10), RangeAnswer(ByteRange{2, 3}));
    EXPECT_EQ(resolve_range("bytes=7-", 10), RangeAnswer(ByteRange{7, 3}));
    EXPECT_EQ(resolve_range("bytes=-3", 10), RangeAnswer(ByteRange{7, 3}));
    EXPECT_EQ(resolve_range("bytes=-99", 10), RangeAnswer(ByteRange{0, 10}));
    EXPECT_EQ(resolve_range("bytes=0-99", 10), RangeAnswer(ByteRange{0, 10}));
    EXPECT_EQ(resolve_range("bytes=9-9", 10), RangeAnswer(ByteRange{9, 1}));
    EXPECT_EQ(resolve_range("bytes=0-99999999999999999999999", 10), RangeAnswer(ByteRange{0, 10}));
}

TEST(ByteRange, outside_the_object_is_unsatisfiable) {
    for (const char* header : {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"}) {
        EXPECT_EQ(resolve_range(header, 10), RangeAnswer(UnsatisfiableRange{})) << header;
    }
    EXPECT_EQ(resolve_range("bytes=0-", 0), RangeAnswer(UnsatisfiableRange{}));
    EXPECT_EQ(resolve_range("bytes=-1", 0), RangeAnswer(UnsatisfiableRange{}));
}

TEST(ByteRange, of_another_form_is_ignored) {
    for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=1-2,4-5", "lines=1-2",
                               "bytes=1-2x", "bytes=+1-2", "bytes= 1-2"}) {
        EXPECT_EQ(resolve_range(header, 10), RangeAnswer(WholeObject{})) << header;
    }
}

TEST(HttpDate, is_written_in_one_form_and_read_in_three) {
    const auto time = http::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    ASSERT_TRUE(time);
    EXPECT_EQ(time->time_since_epoch(), std::chrono::seconds{784111777});
    EXPECT_EQ(http::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), time);
    EXPECT_EQ(http::parse_http_date("Sun Nov  6 08:49:37 1994"), time);
    EXPECT_EQ(http::parse_basic_date("19941106T084937Z"), time);
    EXPECT_EQ(http::http_date(*time + std::chrono::milliseconds{999}), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http::xml_date(*time + std::chrono::milliseconds{999}), "1994-11-06T08:49:37.000Z");
    for (const char* bad : {"", "yesterday", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 GMT+1"}) {
        EXPECT_EQ(http::parse_http_date(bad), std::nullopt) << bad;
    }
    for (const char* bad : {"", "0941106T08493Z", "1994116T084937Z", " 19941106T84937Z", "19941306T084937Z"}) {
        EXPECT_EQ(http::parse_basic_date(bad), std::nullopt) << bad;
    }
}

TEST(Conditions, are_evaluated_in_the_order_of_the_rfc) {
    const std::string same = "Sun, 06 Nov 1994 08:49:37 GMT";
    const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
    using enum ConditionAnswer;
    EXPECT_EQ(answer({}), holds);
    EXPECT_EQ(answer({{"If-Match", "\"abc\""}}), holds);
    EXPECT_EQ(answer({{"If-Match", "\"x\", \"abc\""}}), holds);
    EXPECT_EQ(answer({{"If-Match", "*"}}), holds);
    EXPECT_EQ(answer({{"If-Match", "\"x\""}}), failed);
    EXPECT_EQ(answer({{"If-None-Match", "abc"}}), not_modified);
    EXPECT_EQ(answer({{"If-None-Match", "W/\"abc\""}}), not_modified);
    EXPECT_EQ(answer({{"If-None-Match", "\"x\""}}), holds);
    EXPECT_EQ(answer({{"If-Modified-Since", same}}), not_modified) << "fractions of a second are not shown";
    EXPECT_EQ(answer({{"If-Modified-Since", before}}), holds);
    EXPECT_EQ(answer({{"If-Unmodified-Since", same}}), holds);
    EXPECT_EQ(answer({{"If-Unmodified-Since", before}}), failed);
    EXPECT_EQ(answer({{"If-Match", "abc"}, {"If-Unmodified-Since", before}}), holds) << "If-Match goes before";
    EXPECT_EQ(answer({{"If-None-Match", "x"}, {"If-Modified-Since", same}}), holds) << "If-None-Match goes before";
    EXPECT_EQ(answer({{"If-Modified-Since", "not a date"}}), holds);
}

TEST(Address, is_read_from_path_or_host) {
    EXPECT_EQ(shown("localhost:4566", "/bucket/a/b"), "bucket | a/b");
    EXPECT_EQ(shown("localhost:4566", "/bucket"), "bucket | ");
    EXPECT_EQ(shown("localhost:4566", "/"), " | ");
    EXPECT_EQ(shown("127.0.0.1:4566", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("[::1]:4566", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("rivulet", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("s3.localhost", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("s3.eu-west-1.amazonaws.com", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("s3-us-west-2.amazonaws.com", "/bucket/k"), "bucket | k");
    EXPECT_EQ(shown("bucket.localhost:4566", "/a/b"), "bucket | a/b");
    EXPECT_EQ(shown("a.dotted.bucket.localhost", "/k"), "a.dotted.bucket | k");
    EXPECT_EQ(shown("Bucket.S3.us-east-1.AmazonAWS.com", "/k"), "bucket | k");
    EXPECT_EQ(shown("s3.my.s3.amazonaws.com", "/k"), "s3.my | k") << "a bucket may have the service's name in its own";
    EXPECT_EQ(shown("s3-logs.localhost", "/k"), "s3-logs | k");
    EXPECT_EQ(shown("bucket.s3.localhost:4566", "/k"), "bucket | k");
}

TEST(Address, keeps_the_key_as_it_was_sent) {
    EXPECT_EQ(shown("localhost", "/bucket/../../x"), "bucket | ../../x");
    EXPECT_EQ(shown("localhost", "/bucket/%2e%2e/x"), "bucket | ../x");
    EXPECT_EQ(shown("localhost", "/bucket//a//b/"), "bucket | /a//b/");
    EXPECT_EQ(shown("localhost", "/bucket/a%2Fb%252F"), "bucket | a/b%2F") << "decoded once";
    EXPECT_EQ(shown("localhost", "/bucket/a+b%20c"), "bucket | a+b c");
    EXPECT_EQ(shown("localhost", "/bucket/%zz"), "InvalidURI");
    EXPECT_EQ(shown("localhost", "/bucket/%ff"), "InvalidURI") << "not UTF-8";
    EXPECT_EQ(shown("localhost", "/bucket/%ed%a0%80"), "InvalidURI") << "a surrogate";
    EXPECT_EQ(shown("localhost", "/bucket/" + std::string(1024, 'k')), "bucket | " + std::string(1024, 'k'));
    EXPECT_EQ(shown("localhost", "/bucket/" + std::string(1025, 'k')), "KeyTooLongError");
}

}  // namespace rivulet::s3
