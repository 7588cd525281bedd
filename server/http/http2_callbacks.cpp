#include "server/http/http2_callbacks.hpp"

#include <array>

#include "common/limits.hpp"
#include "server/http/http2_session.hpp"

namespace rivulet::http {

namespace {

constexpr std::size_t frame_header_bytes = 9;

Http2Session& owner_of(void* user_data) {
    return *static_cast<Http2Session*>(user_data);
}

std::string_view view(const std::uint8_t* bytes, std::size_t length) {
    return {reinterpret_cast<const char*>(bytes), length};
}

bool is_request(const nghttp2_frame& frame) {
    return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

bool ends_stream(const nghttp2_frame& frame) {
    return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

using CallbacksHandle = std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>;
using OptionHandle = std::unique_ptr<nghttp2_option, decltype(&nghttp2_option_del)>;

}  // namespace

int Http2Callbacks::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    if (is_request(*frame)) owner_of(user_data).open_stream(frame->hd.stream_id);
    return 0;
}

int Http2Callbacks::on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                              std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                              std::uint8_t, void* user_data) {
    // Trailers are checked by nghttp2, and of no meaning to any service.
    if (!is_request(*frame)) return 0;
    if (const auto stream = owner_of(user_data).find(frame->hd.stream_id)) {
        stream->add_field(view(name, name_length), view(value, value_length));
    }
    return 0;
}

int Http2Callbacks::on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                                      const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    // Else nghttp2 would leave the field out and go on.
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int Http2Callbacks::on_frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    auto& owner = owner_of(user_data);
    owner.last_frame_ = std::chrono::steady_clock::now();
    if (is_request(*frame)) {
        owner.request_header_ended(frame->hd.stream_id, ends_stream(*frame));
    } else if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) && ends_stream(*frame)) {
        if (const auto stream = owner.find(frame->hd.stream_id)) stream->end_body();
    }
    return 0;
}

int Http2Callbacks::on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                            std::size_t length, void* user_data) {
    auto& owner = owner_of(user_data);
    if (const auto stream = owner.find(id)) {
        stream->receive(view(data, length));
    } else {
        owner.open_window(id, length);
    }
    return 0;
}

int Http2Callbacks::on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    const bool of_stream = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (of_stream && ends_stream(*frame)) owner_of(user_data).answer_sent(frame->hd.stream_id);
    return 0;
}

int Http2Callbacks::on_stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user_data) {
    owner_of(user_data).stream_closed(id);
    return 0;
}

ssize_t Http2Callbacks::read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length,
                                  std::uint32_t* flags, nghttp2_data_source*, void* user_data) {
    const auto stream = owner_of(user_data).find(id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t count = std::min(length, stream->offered().size());
    if (count == 0 && !stream->offers_last()) return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (stream->offers_last() && count == stream->offered().size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
}

int Http2Callbacks::send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t length,
                              nghttp2_data_source*, void* user_data) {
    auto& owner = owner_of(user_data);
    const auto stream = owner.find(frame->hd.stream_id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (owner.output_.size() >= limits::http2_output_bytes) return NGHTTP2_ERR_WOULDBLOCK;
    // No padding is ever chosen, so that the frame is its header and the piece.
    owner.output_.append(view(header, frame_header_bytes));
    owner.output_.append(stream->offered().substr(0, length));
    stream->sent(length);
    owner.unsent_ -= length;
    return 0;
}

nghttp2_session* Http2Callbacks::make_session(Http2Session& owner) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) return nullptr;
    const CallbacksHandle callbacks_owner(callbacks, nghttp2_session_callbacks_del);
    if (nghttp2_option_new(&option) != 0) return nullptr;
    const OptionHandle option_owner(option, nghttp2_option_del);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_closed);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
    // Windows open as handlers take what has come. The bounds on resets, acknowledgements, settings and continuations
    // are nghttp2's own.
    nghttp2_option_set_no_auto_window_update(option, 1);

    nghttp2_session* session = nullptr;
    if (nghttp2_session_server_new2(&session, callbacks, &owner, option) != 0) return nullptr;
    const std::array<nghttp2_settings_entry, 3> settings = {{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits::max_concurrent_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits::http2_stream_window_bytes},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits::max_header_bytes},
    }};
    if (nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) != 0 ||
        nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, limits::http2_connection_window_bytes) !=
            0) {
        nghttp2_session_del(session);
        return nullptr;
    }
    return session;
}

nghttp2_data_provider Http2Callbacks::body_of_stream() {
    nghttp2_data_provider provider{};
    provider.read_callback = read_body;
    return provider;
}

}  // namespace rivulet::http
