#include <gtest/gtest.h>

#include "common/limits.hpp"
#include "server/http/header_block.hpp"
#include "server/http/patience.hpp"
#include "server/http/protocol.hpp"

namespace rivulet::http {

namespace {

using std::chrono::seconds;

TEST(Protocol, is_recognised_by_the_first_bytes_alone) {
    EXPECT_EQ(recognise_protocol(""), Protocol::undecided);
    EXPECT_EQ(recognise_protocol("\x16"), Protocol::undecided);
    EXPECT_EQ(recognise_protocol("\x16\x03"), Protocol::tls);
    EXPECT_EQ(recognise_protocol("\x16\x09"), Protocol::http1);
    EXPECT_EQ(recognise_protocol("P"), Protocol::undecided);
    EXPECT_EQ(recognise_protocol("PRI * HTTP/2.0\r"), Protocol::undecided);
    EXPECT_EQ(recognise_protocol("PRI * HTTP/2.0\r\n"), Protocol::http2);
    EXPECT_EQ(recognise_protocol("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and more"), Protocol::http2);
    EXPECT_EQ(recognise_protocol("PO"), Protocol::http1);
    EXPECT_EQ(recognise_protocol("PRI * HTTP/1.1\r\n"), Protocol::http1);
    EXPECT_EQ(recognise_protocol(std::string_view("\0", 1)), Protocol::http1);
}

TEST(HeaderBlock, ends_with_the_first_empty_line_however_it_comes) {
    const std::string_view whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\nbody\r\n\r\n";
    const std::size_t size = whole.find("body");
    for (std::size_t come = 0; come < size; ++come) {
        EXPECT_EQ(header_block_size(whole.substr(0, come), 0), 0U) << come;
        EXPECT_EQ(header_block_size(whole, come), size) << come;
    }
}

TEST(HeaderBlock, of_an_ordinary_request_is_unambiguous) {
    EXPECT_TRUE(is_unambiguous("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n"));
    EXPECT_TRUE(is_unambiguous("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked \r\n\r\n"));
    EXPECT_TRUE(is_unambiguous("GET /a:b HTTP/1.1\r\nHost: x\r\nEmpty:\r\n\r\n"));
}

class SmugglingForm : public ::testing::TestWithParam<std::string_view> {};

TEST_P(SmugglingForm, is_not_unambiguous) {
    EXPECT_FALSE(is_unambiguous("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(GetParam()) + "\r\n\r\n"));
}

INSTANTIATE_TEST_SUITE_P(
    HeaderBlock, SmugglingForm,
    ::testing::Values("Content-Length: 1\r\nTransfer-Encoding: chunked",
                      "Transfer-Encoding: chunked\r\nContent-Length: 1", "Content-Length: 1\r\nContent-Length: 1",
                      "Content-Length: 1, 1", "Content-Length: +1", "Content-Length: 0x1",
                      "Content-Length:", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
                      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: xchunked",
                      "Host: y", "A: b\r\n folded", "A: b\r\n\tfolded", "A: b\nContent-Length: 1", "A: b\rB: c",
                      std::string_view("A: b\0c", 6)));

TEST(HeaderBlock, that_begins_with_white_space_is_not_unambiguous) {
    EXPECT_FALSE(is_unambiguous("\r\n\r\n"));
    EXPECT_FALSE(is_unambiguous(" GET / HTTP/1.1\r\n\r\n"));
    EXPECT_FALSE(is_unambiguous(""));
}

TEST(Patience, ends_for_a_peer_that_sends_too_little_in_its_time) {
    Patience patience(seconds(30));
    for (int second = 0; second < 29; ++second) patience.spend(seconds(1), 1);
    EXPECT_GT(patience.left(), seconds(0));
    patience.spend(seconds(1), 1);
    EXPECT_LE(patience.left(), seconds(0));
}

TEST(Patience, lasts_as_long_as_a_peer_makes_progress) {
    Patience patience(seconds(30));
    for (int piece = 0; piece < 100; ++piece) {
        patience.spend(seconds(29), limits::min_body_progress_bytes);
        EXPECT_EQ(patience.left(), seconds(30));
    }
}

}  // namespace

}  // namespace rivulet::http
