#include "server/http/http2_stream.hpp"

#include <boost/beast/core/string.hpp>
#include <charconv>
#include <cstring>

#include "common/limits.hpp"
#include "server/http/options.hpp"

namespace rivulet::http {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

// What a field weighs beside its name and value (RFC 9113, section 6.5.2).
constexpr std::size_t field_overhead_bytes = 32;

std::optional<std::uint64_t> parse_length(std::string_view text) {
    std::uint64_t length = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return length;
}

}  // namespace

Http2Stream::Http2Stream(const asio::any_io_executor& executor, std::int32_t id, Http2Window& window,
                         Patience::Duration time)
    : id_(id), window_(window), patience_(time), arrived_(executor), time_(time), emptied_(executor) {
    request_.body = this;
}

void Http2Stream::add_field(std::string_view name, std::string_view value) {
    header_bytes_ += name.size() + value.size() + field_overhead_bytes;
    if (header_bytes_ > limits::max_header_bytes) {
        refusal_ = 431;
        return;
    }
    if (name == ":method") {
        request_.method = value;
    } else if (name == ":path") {
        request_.target = value;
    } else if (name == ":authority") {
        authority_ = value;
    } else if (name == "host" && !authority_.empty()) {
        // Both may be there, but must not differ (RFC 9113, section 8.3.1).
        if (!boost::beast::iequals(value, authority_)) refusal_ = 400;
    } else if (!name.starts_with(':')) {
        request_.headers.add(std::string(name), std::string(value));
    }
}

void Http2Stream::end_header(bool without_body) {
    has_header_ = true;
    if (!authority_.empty()) request_.headers.add("host", authority_);
    if (without_body) {
        length_ = 0;
        body_ended_ = true;
        return;
    }
    if (const auto length = request_.headers.find("content-length")) length_ = parse_length(*length);
    awaits_continue_ = boost::beast::iequals(request_.headers.get("expect"), "100-continue");
}

void Http2Stream::adopt(Request request) {
    request_ = std::move(request);
    request_.body = this;
    has_header_ = true;
    length_ = 0;
    body_ended_ = true;
}

asio::awaitable<Result<std::size_t>> Http2Stream::read_some(std::span<char> into) {
    while (!closed_) {
        if (const std::size_t waiting = received_.size() - taken_; waiting > 0) {
            const std::size_t count = std::min(waiting, into.size());
            std::memcpy(into.data(), received_.data() + taken_, count);
            take(count);
            co_return count;
        }
        if (body_ended_) co_return std::size_t{0};
        if (std::exchange(awaits_continue_, false)) window_.say_continue(id_);
        // However the wait ends, nobody writes into the reader's memory after it.
        struct Wanting {
            Http2Stream& stream;
            ~Wanting() { stream.wanted_ = {}; }
        } const wanting{*this};
        wanted_ = into;
        filled_ = 0;
        const auto begun = steady_clock::now();
        const bool arrived = co_await arrived_.wait_for(patience_.left());
        patience_.spend(steady_clock::now() - begun, filled_);
        if (filled_ > 0) {
            const std::size_t count = filled_;
            window_.open_window(id_, count);
            co_return count;
        }
        if (!arrived) break;
    }
    co_return Error(ErrorCode::bad_request, closed_ ? "The request was broken off." : "The request body did not come.");
}

void Http2Stream::take(std::size_t bytes) {
    taken_ += bytes;
    if (taken_ == received_.size()) {
        received_.clear();
        taken_ = 0;
    }
    window_.open_window(id_, bytes);
}

void Http2Stream::receive(std::string_view piece) {
    if (discarding_) {
        window_.open_window(id_, piece.size());
        return;
    }
    awaits_continue_ = false;
    if (wanted_.size() > filled_) {
        const std::size_t count = std::min(piece.size(), wanted_.size() - filled_);
        std::memcpy(wanted_.data() + filled_, piece.data(), count);
        filled_ += count;
        piece.remove_prefix(count);
        arrived_.notify();
    }
    received_.append(piece);
}

void Http2Stream::end_body() {
    body_ended_ = true;
    arrived_.notify();
}

void Http2Stream::discard_body() {
    discarding_ = true;
    if (const std::size_t waiting = received_.size() - taken_; waiting > 0) take(waiting);
    std::string().swap(received_);
}

void Http2Stream::send_from(Body* source) {
    source_ = source;
    endless_ = source != nullptr && !source->length();
}

bool Http2Stream::is_stalled(steady_clock::time_point now) const {
    return !offered_.empty() && now - last_progress_ > (endless_ ? Patience::Duration(endless_body_time) : time_);
}

void Http2Stream::offer(std::string_view piece, bool is_last) {
    offered_ = piece;
    offers_last_ = is_last;
    last_progress_ = steady_clock::now();
}

void Http2Stream::sent(std::size_t bytes) {
    offered_.remove_prefix(bytes);
    last_progress_ = steady_clock::now();
    if (offered_.empty()) emptied_.notify();
}

asio::awaitable<void> Http2Stream::all_sent() {
    while (!offered_.empty() && !closed_) co_await emptied_.wait();
}

void Http2Stream::close() {
    closed_ = true;
    if (source_) source_->end_soon();
    arrived_.notify();
    emptied_.notify();
}

}  // namespace rivulet::http
