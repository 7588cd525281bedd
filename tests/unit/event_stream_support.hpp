#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rivulet {

/// A message of an event stream, taken apart by the encoding's description alone
/// (https://smithy.io/2.0/aws/amazon-eventstream.html).
struct EventMessage {
    std::map<std::string, std::string> headers;
    std::string payload;
};

/// The messages that are whole in `bytes`, which they are taken from. Throws where a checksum or a length is wrong.
inline std::vector<EventMessage> take_messages(std::string& bytes) {
    const auto number = [](std::string_view text) {
        std::uint32_t value = 0;
        for (const char c : text) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    };
    const auto crc32 = [](std::string_view text) {
        std::uint32_t crc = ~0U;
        for (const char c : text) {
            crc ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320U : crc >> 1;
        }
        return ~crc;
    };
    std::vector<EventMessage> messages;
    while (bytes.size() >= 16) {
        const std::string_view all = bytes;
        const std::size_t total = number(all.substr(0, 4));
        const std::size_t header_bytes = number(all.substr(4, 4));
        if (number(all.substr(8, 4)) != crc32(all.substr(0, 8))) throw std::runtime_error("the prelude's checksum");
        if (bytes.size() < total) break;
        if (number(all.substr(total - 4, 4)) != crc32(all.substr(0, total - 4))) {
            throw std::runtime_error("the message's checksum");
        }
        EventMessage message;
        for (auto rest = all.substr(12, header_bytes); !rest.empty();) {
            const std::size_t name = number(rest.substr(0, 1));
            if (rest[1 + name] != 7) throw std::runtime_error("a header that is no text");
            const std::size_t value = number(rest.substr(2 + name, 2));
            message.headers[std::string(rest.substr(1, name))] = rest.substr(4 + name, value);
            rest.remove_prefix(4 + name + value);
        }
        message.payload = all.substr(12 + header_bytes, total - 16 - header_bytes);
        messages.push_back(std::move(message));
        bytes.erase(0, total);
    }
    return messages;
}

}  // namespace rivulet
