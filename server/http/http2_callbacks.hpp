#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>

namespace rivulet::http {

class Http2Session;

/// What nghttp2 calls of a Http2Session. Private to this room.
struct Http2Callbacks {
    /// A server's session that reports to `owner`, its settings submitted; null if there is no memory.
    static nghttp2_session* make_session(Http2Session& owner);

    /// The source of an answer's body: what its stream offers.
    static nghttp2_data_provider body_of_stream();

private:
    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data);
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                         std::size_t name_length, const std::uint8_t* value, std::size_t value_length, std::uint8_t,
                         void* user_data);
    static int on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                                 const std::uint8_t*, std::size_t, std::uint8_t, void*);
    static int on_frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user_data);
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t length,
                       void* user_data);
    static int on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user_data);
    static int on_stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user_data);
    static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                             nghttp2_data_source*, void* user_data);
    static int send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t length,
                         nghttp2_data_source*, void* user_data);
};

}  // namespace rivulet::http
