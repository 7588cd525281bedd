#include "common/crc.hpp"
#include "common/hex.hpp"
#include "server/wire/event_stream.hpp"
#include "tests/unit/event_stream_support.hpp"

namespace rivulet {
namespace {

TEST(EventStream, encodes_an_empty_message_to_the_documented_bytes) {
    // The example of a message without headers and payload that every SDK's tests have.
    EXPECT_EQ(hex_encode(wire::encode_event_message({}, "")), "000000100000000005c248eb7d98c8ff");
}

TEST(EventStream, encodes_headers_and_payload_to_the_documented_bytes) {
    // The same for a payload alone.
    EXPECT_EQ(hex_encode(wire::encode_event_message({}, "{'foo':'bar'}")),
              "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
}

TEST(EventStream, a_message_can_be_taken_apart_again) {
    std::string bytes = wire::encode_event_message({{":message-type", "event"}, {":event-type", "Some"}}, "payload");
    bytes += wire::encode_event_message({{"empty", ""}}, std::string(100'000, 'x'));
    const auto messages = take_messages(bytes);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].headers.at(":message-type"), "event");
    EXPECT_EQ(messages[0].headers.at(":event-type"), "Some");
    EXPECT_EQ(messages[0].payload, "payload");
    EXPECT_EQ(messages[1].headers.at("empty"), "");
    EXPECT_EQ(messages[1].payload.size(), 100'000U);
    EXPECT_TRUE(bytes.empty());
}

TEST(Crc32, has_the_check_value_of_its_catalogue_entry) {
    Crc32 crc;
    crc.update("123456789");
    EXPECT_EQ(crc.value(), 0xcbf43926U);
}

}  // namespace
}  // namespace rivulet
