#include "server/http/http2_session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "common/limits.hpp"
#include "server/http/response_head.hpp"

namespace rivulet::http {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t read_bytes = 32 * 1024;
constexpr std::size_t body_piece_bytes = 64 * 1024;
// A body whose end is not known may go on for minutes in small pieces, as events do: it gets more room when it fills
// this.
constexpr std::size_t first_piece_bytes = 4 * 1024;
// An idle connection keeps no more than this for what it will write.
constexpr std::size_t kept_output_bytes = 16 * 1024;

Response refused(unsigned status) {
    Response response;
    response.status = status;
    return response;
}

bool is_bodiless(const Http2Stream& stream, const Request& request) {
    const unsigned status = stream.response.status;
    return request.method == "HEAD" || status == 204 || status == 304;
}

}  // namespace

Http2Session::Http2Session(Transport& transport, boost::beast::flat_buffer& buffer, const Handler& handler,
                           const Options& options, bool only_answer)
    : transport_(transport),
      buffer_(buffer),
      handler_(handler),
      options_(options),
      session_(Http2Callbacks::make_session(*this), nghttp2_session_del),
      to_write_(transport.get_executor()),
      to_watch_(transport.get_executor()),
      stopped_(transport.get_executor()),
      only_answer_(only_answer) {}

Http2Session::~Http2Session() = default;

bool Http2Session::adopt(Upgrade upgrade) {
    const bool is_head = upgrade.request.method == "HEAD";
    const auto* const settings = reinterpret_cast<const std::uint8_t*>(upgrade.settings.data());
    if (!session_ ||
        nghttp2_session_upgrade2(session_.get(), settings, upgrade.settings.size(), is_head ? 1 : 0, nullptr) != 0) {
        return false;
    }
    const auto stream = open_stream(1);
    stream->adopt(std::move(upgrade.request));
    ready_.push_back(stream);
    return true;
}

template <class Coroutine>
void Http2Session::spawn(Coroutine coroutine, const Stream& stream) {
    ++running_;
    if (stream) ++serving_;
    auto ended = [this, stream](const std::exception_ptr& exception) {
        if (exception) {
            try {
                std::rethrow_exception(exception);
            } catch (const std::exception& fault) {
                // A request that is cancelled ends with an exception too.
                if (!stream || !stream->is_closed()) spdlog::error("A request failed unexpectedly: {}", fault.what());
            }
            if (stream && !stream->is_closed()) reset(stream->id(), NGHTTP2_INTERNAL_ERROR);
        }
        --running_;
        if (stream) --serving_;
        settle();
        stopped_.notify();
    };
    if (stream) {
        asio::co_spawn(transport_.get_executor(), std::move(coroutine),
                       asio::bind_cancellation_slot(stream->cancellation().slot(), std::move(ended)));
    } else {
        asio::co_spawn(transport_.get_executor(), std::move(coroutine), std::move(ended));
    }
}

asio::awaitable<Ending> Http2Session::serve() {
    if (!session_) co_return Ending::closed;
    last_frame_ = steady_clock::now();
    spawn(write_all_frames(), nullptr);
    spawn(watch(), nullptr);
    settle();
    co_await read_all_frames();
    reading_ended_ = true;
    close_all_streams();
    to_write_.notify();
    to_watch_.notify();
    while (running_ > 0) co_await stopped_.wait();
    co_return failed_ || finished_ ? Ending::linger : Ending::closed;
}

asio::awaitable<void> Http2Session::read_all_frames() {
    if (!receive(static_cast<const std::uint8_t*>(buffer_.data().data()), buffer_.size())) co_return;
    // The memory is not kept for what may never come.
    buffer_ = boost::beast::flat_buffer();
    const auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(read_bytes);
    while (!finished_) {
        transport_.expires_never();
        const auto [fault, count] =
            co_await transport_.async_read_some(asio::buffer(bytes.get(), read_bytes), use_tuple);
        if (fault || !receive(bytes.get(), count)) co_return;
    }
}

bool Http2Session::receive(const std::uint8_t* bytes, std::size_t count) {
    const auto used = nghttp2_session_mem_recv(session_.get(), bytes, count);
    if (used < 0) {
        failed_ = true;
        nghttp2_session_terminate_session(
            session_.get(), used == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
    }
    settle();
    to_write_.notify();
    return !failed_;
}

asio::awaitable<void> Http2Session::write_all_frames() {
    for (;;) {
        collect_frames();
        settle();
        if (!output_.empty()) {
            transport_.expires_after(options_.body_time);
            const auto [fault, count] = co_await asio::async_write(transport_, asio::buffer(output_), use_tuple);
            output_.clear();
            if (fault) {
                transport_.close();
                co_return;
            }
            continue;
        }
        if (reading_ended_) co_return;
        if (nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0) {
            finished_ = true;
            transport_.cancel();  // ends the reader
            co_return;
        }
        if (output_.capacity() > kept_output_bytes) std::string().swap(output_);
        co_await to_write_.wait();
    }
}

void Http2Session::collect_frames() {
    while (output_.size() < limits::http2_output_bytes) {
        const std::uint8_t* bytes = nullptr;
        const auto count = nghttp2_session_mem_send(session_.get(), &bytes);
        if (count < 0) transport_.close();
        if (count <= 0) return;
        output_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
    }
}

asio::awaitable<void> Http2Session::watch() {
    const auto interval = std::min({options_.idle_time, options_.header_time, options_.body_time}) / 4;
    while (!reading_ended_) {
        co_await to_watch_.wait_for(interval);
        const auto now = steady_clock::now();
        bool busy = serving_ > 0;
        std::vector<std::int32_t> stalled;
        for (const auto& [id, stream] : streams_) {
            busy = busy || stream->has_header();
            if (stream->is_stalled(now)) stalled.push_back(id);
        }
        for (const auto id : stalled) reset(id, NGHTTP2_CANCEL);
        // A header that has begun is not waited for as long as the next request is.
        const auto patience =
            streams_.empty() ? options_.idle_time : std::min(options_.idle_time, options_.header_time);
        if (busy || now - last_frame_ <= patience) continue;
        if (going_away_) {
            transport_.close();
        } else {
            close_when_idle();
        }
    }
}

asio::awaitable<void> Http2Session::serve_stream(Stream stream) {
    Request& request = stream->request();
    if (stream->refusal() != 0) {
        stream->response = refused(stream->refusal());
    } else {
        try {
            stream->response = co_await handler_(request);
        } catch (const std::exception& exception) {
            if (stream->is_closed()) co_return;
            spdlog::error("A request failed unexpectedly: {}", exception.what());
            stream->response = refused(500);
        }
    }
    if (stream->is_closed()) co_return;
    stream->discard_body();
    if (!submit(*stream)) {
        reset(stream->id(), NGHTTP2_INTERNAL_ERROR);
        co_return;
    }
    to_write_.notify();
    if (only_answer_) close_when_idle();
    auto* const source = std::get_if<std::unique_ptr<Body>>(&stream->response.body);
    if (source != nullptr && !is_bodiless(*stream, request)) co_await send_body(stream, **source);
}

asio::awaitable<void> Http2Session::send_body(Stream stream, Body& body) {
    const auto length = body.length();
    std::string piece(length ? body_piece_bytes : first_piece_bytes, '\0');
    std::uint64_t sent = 0;
    stream->send_from(&body);
    unsent_ += stream->held_bytes();
    if (going_away_) body.end_soon();
    for (bool ended = false; !ended;) {
        const auto count = co_await body.read_some(piece);
        if (stream->is_closed()) co_return;
        // A body that fails half way, or ends before its length, can only be told by breaking off.
        if (!count || (*count == 0 && length && sent != *length)) {
            reset(stream->id(), NGHTTP2_INTERNAL_ERROR);
            co_return;
        }
        ended = *count == 0;
        sent += *count;
        offer(*stream, std::string_view(piece).substr(0, *count), ended);
        nghttp2_session_resume_data(session_.get(), stream->id());
        to_write_.notify();
        co_await stream->all_sent();
        if (stream->is_closed()) co_return;
        if (*count == piece.size()) piece.resize(body_piece_bytes);
    }
    unsent_ -= stream->held_bytes();
    stream->send_from(nullptr);
}

void Http2Session::offer(Http2Stream& stream, std::string_view piece, bool is_last) {
    stream.offer(piece, is_last);
    unsent_ += piece.size();
}

bool Http2Session::submit(Http2Stream& stream) {
    const Response& response = stream.response;
    const auto* const source = std::get_if<std::unique_ptr<Body>>(&response.body);
    const auto* const whole = std::get_if<std::string>(&response.body);
    const auto length = source ? (*source)->length() : std::optional<std::uint64_t>(whole->size());
    const auto fields = http2_fields(response, length);
    std::vector<nghttp2_nv> entries;
    entries.reserve(fields.size());
    const auto bytes = [](const std::string& text) {
        // nghttp2 copies what it is given, and asks for it as if it might not.
        return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));  // NOLINT
    };
    for (const auto& [name, value] : fields) {
        entries.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    const bool without_body = is_bodiless(stream, stream.request()) || (whole && whole->empty());
    if (whole && !without_body) offer(stream, *whole, true);
    const auto provider = Http2Callbacks::body_of_stream();
    return nghttp2_submit_response(session_.get(), stream.id(), entries.data(), entries.size(),
                                   without_body ? nullptr : &provider) == 0;
}

void Http2Session::settle() {
    if (settling_) return;
    settling_ = true;
    // A stream that the peer resets counts no more against what it may open, but its coroutine may still run. And a
    // peer that takes no answers gets no more of them made.
    while (!ready_.empty() && serving_ < limits::max_concurrent_streams && unsent_ < limits::http2_unsent_bytes) {
        const Stream stream = ready_.front();
        ready_.pop_front();
        if (!stream->is_closed()) spawn(serve_stream(stream), stream);
    }
    while (!cancelled_.empty()) {
        const Stream stream = cancelled_.front();
        cancelled_.pop_front();
        stream->cancellation().emit(asio::cancellation_type::terminal);
    }
    settling_ = false;
}

Http2Session::Stream Http2Session::open_stream(std::int32_t id) {
    Http2Window& window = *this;
    auto stream = std::make_shared<Http2Stream>(transport_.get_executor(), id, window, options_.body_time);
    stream->request().from_loopback = transport_.is_from_loopback();
    streams_.emplace(id, stream);
    return stream;
}

Http2Session::Stream Http2Session::find(std::int32_t id) const {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second;
}

void Http2Session::request_header_ended(std::int32_t id, bool without_body) {
    const auto stream = find(id);
    if (!stream) return;
    stream->end_header(without_body);
    ready_.push_back(stream);
}

void Http2Session::answer_sent(std::int32_t id) {
    if (const auto stream = find(id)) stream->answered = true;
    // The answer is whole; if the request is not, the rest of it is of no use (RFC 9113, section 8.1).
    if (nghttp2_session_get_stream_remote_close(session_.get(), id) == 0) reset(id, NGHTTP2_NO_ERROR);
}

void Http2Session::stream_closed(std::int32_t id) {
    const auto stream = find(id);
    if (!stream) return;
    streams_.erase(id);
    unsent_ -= stream->offered().size() + stream->held_bytes();
    stream->close();
    // What nobody will read any more opens the connection's window again.
    stream->discard_body();
    std::erase(ready_, stream);
    // A body that is being sent has been asked to end; a handler is cancelled.
    if (!stream->answered && stream->source() == nullptr) cancelled_.push_back(stream);
}

void Http2Session::close_all_streams() {
    while (!streams_.empty()) stream_closed(streams_.begin()->first);
    settle();
}

void Http2Session::reset(std::int32_t id, std::uint32_t code) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, code);
    to_write_.notify();
}

void Http2Session::open_window(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume(session_.get(), stream, bytes);
    to_write_.notify();
}

void Http2Session::say_continue(std::int32_t stream) {
    static constexpr std::string_view name = ":status";
    static constexpr std::string_view value = "100";
    const auto bytes = [](std::string_view text) {
        return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));  // NOLINT
    };
    const nghttp2_nv status = {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
    nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream, nullptr, &status, 1, nullptr);
    to_write_.notify();
}

void Http2Session::close_when_idle() {
    if (std::exchange(going_away_, true)) return;
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    for (const auto& [id, stream] : streams_) {
        if (stream->source()) stream->source()->end_soon();
    }
    to_write_.notify();
}

}  // namespace rivulet::http
