// Event stream messages, made of any headers and payload, against a decoder that is none of the server's: what comes
// out is what went in, and no changed byte goes unnoticed.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/wire/event_stream.hpp"
#include "tests/fuzz/demand.hpp"

namespace {

struct Message {
    std::vector<std::pair<std::string, std::string>> headers;
    std::string payload;
};

/// CRC-32 of IEEE 802.3, bit by bit.
std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffff'ffff;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb8'8320 : 0);
    }
    return ~crc;
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::optional<std::string_view> take(std::size_t count) {
        if (count > bytes_.size()) return std::nullopt;
        const auto taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }
    std::optional<std::uint32_t> number(std::size_t count) {
        const auto digits = take(count);
        if (!digits) return std::nullopt;
        std::uint32_t value = 0;
        for (const char digit : *digits) value = value << 8 | static_cast<unsigned char>(digit);
        return value;
    }
    bool at_end() const { return bytes_.empty(); }

private:
    std::string_view bytes_;
};

/// https://smithy.io/2.0/aws/amazon-eventstream.html
std::optional<Message> decoded(std::string_view bytes) {
    constexpr std::size_t prelude = 12;
    if (bytes.size() < prelude + 4) return std::nullopt;
    Reader head(bytes);
    const auto total = *head.number(4);
    const auto headers = *head.number(4);
    if (*head.number(4) != crc32(bytes.substr(0, 8)) || total != bytes.size()) return std::nullopt;
    if (headers > total - prelude - 4) return std::nullopt;
    if (*Reader(bytes.substr(total - 4)).number(4) != crc32(bytes.substr(0, total - 4))) return std::nullopt;
    Message message;
    message.payload = bytes.substr(prelude + headers, total - prelude - headers - 4);
    for (Reader rest(bytes.substr(prelude, headers)); !rest.at_end();) {
        const auto name = rest.take(rest.number(1).value_or(0));
        if (!name || rest.number(1) != 7U) return std::nullopt;
        const auto length = rest.number(2);
        const auto value = length ? rest.take(*length) : std::nullopt;
        if (!value) return std::nullopt;
        message.headers.emplace_back(*name, *value);
    }
    return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t count) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), count);
    // Two lines become the headers' values, the rest the payload.
    const auto first = bytes.substr(0, bytes.find('\n'));
    const auto second_and_rest = bytes.substr(std::min(first.size() + 1, bytes.size()));
    const auto second = second_and_rest.substr(0, second_and_rest.find('\n'));
    const auto payload = second_and_rest.substr(std::min(second.size() + 1, second_and_rest.size()));

    std::string message = rivulet::wire::encode_event_message(
        {{":message-type", "event"}, {":event-type", first}, {second.substr(0, 255), second}}, payload);
    const auto read = decoded(message);
    demand(read.has_value(), "a message can be decoded");
    demand(read->payload == payload && read->headers.size() == 3, "all of it is there");
    demand(read->headers[1].second == first && read->headers[2].second == second, "headers hold what was put in");
    demand(read->headers[2].first == second.substr(0, 255), "and have their names");
    const std::size_t place = count == 0 ? 0 : (count * 31 + data[0]) % message.size();
    message[place] = static_cast<char>(message[place] ^ (1 << count % 8));
    demand(!decoded(message), "a changed bit is noticed");
    return 0;
}
