#include "server/wire/event_stream.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/crc.hpp"
#include "server/wire/encode.hpp"

namespace rivulet::wire {

namespace asio = boost::asio;

namespace {

constexpr std::size_t prelude_bytes = 12;
constexpr std::size_t crc_bytes = 4;
constexpr char text_header = 7;

void append_big_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::string_view payload_type(Format format) {
    return format == Format::json ? "application/x-amz-json-1.1" : "application/x-amz-cbor-1.1";
}

std::string event_message(std::string_view type, std::string_view payload, Format format) {
    return encode_event_message(
        {{":message-type", "event"}, {":event-type", type}, {":content-type", payload_type(format)}}, payload);
}

std::string exception_message(const Error& error, Format format) {
    const auto kind = kind_of(error.code);
    std::string_view type = kind.name;
    StringMap members = {{"message", error.message}};
    if (kind.status >= 500) {
        // What went wrong inside is no client's business, and has another name here than in an answer. Of the disk the
        // storage tells.
        if (error.code != ErrorCode::io_failure) spdlog::error("An event stream failed: {}", error.message);
        type = "InternalFailureException";
        members.clear();
    }
    return encode_event_message(
        {{":message-type", "exception"}, {":exception-type", type}, {":content-type", payload_type(format)}},
        encode_texts(format, std::move(members)));
}

class EventStreamBody final : public http::Body {
public:
    EventStreamBody(std::unique_ptr<EventSource> source, Format format)
        : source_(std::move(source)),
          format_(format),
          pending_(event_message("initial-response", encode_texts(format, {}), format)) {}

    std::optional<std::uint64_t> length() const override { return std::nullopt; }

    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        if (taken_ == pending_.size() && !ended_) co_await read_event();
        const std::size_t count = std::min(buffer.size(), pending_.size() - taken_);
        std::copy_n(pending_.data() + taken_, count, buffer.data());
        taken_ += count;
        co_return count;
    }

    void end_soon() override { source_->end_soon(); }

private:
    asio::awaitable<void> read_event() {
        pending_.clear();
        taken_ = 0;
        const auto event = co_await source_->next();
        ended_ = !event || !*event;
        if (!event) {
            pending_ = exception_message(event.error(), format_);
        } else if (*event) {
            pending_ =
                event_message((*event)->type, encode(format_, *(*event)->shape, (*event)->structure.get()), format_);
        }
    }

    const std::unique_ptr<EventSource> source_;
    const Format format_;
    std::string pending_;    ///< the message that is being read
    std::size_t taken_ = 0;  ///< of it
    bool ended_ = false;
};

}  // namespace

std::string encode_event_message(std::initializer_list<std::pair<std::string_view, std::string_view>> headers,
                                 std::string_view payload) {
    std::size_t header_bytes = 0;
    for (const auto& [name, value] : headers) header_bytes += 1 + name.size() + 1 + 2 + value.size();
    const std::size_t total = prelude_bytes + header_bytes + payload.size() + crc_bytes;
    std::string message;
    message.reserve(total);
    Crc32 crc;
    append_big_endian(message, static_cast<std::uint32_t>(total), 4);
    append_big_endian(message, static_cast<std::uint32_t>(header_bytes), 4);
    crc.update(message);
    append_big_endian(message, crc.value(), 4);
    for (const auto& [name, value] : headers) {
        message += static_cast<char>(name.size());
        message += name;
        message += text_header;
        append_big_endian(message, static_cast<std::uint32_t>(value.size()), 2);
        message += value;
    }
    message += payload;
    crc.update(std::string_view(message).substr(prelude_bytes - crc_bytes));
    append_big_endian(message, crc.value(), 4);
    return message;
}

std::unique_ptr<http::Body> event_stream_body(std::unique_ptr<EventSource> source, Format format) {
    return std::make_unique<EventStreamBody>(std::move(source), format);
}

}  // namespace rivulet::wire
