#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "server/http/http1_session.hpp"
#include "server/http/http2_callbacks.hpp"
#include "server/http/http2_stream.hpp"
#include "server/http/message.hpp"
#include "server/http/options.hpp"
#include "server/http/session.hpp"
#include "server/http/transport.hpp"

namespace rivulet::http {

/// HTTP/2 on a connection: a reader, a writer, and a coroutine for each request, all on the connection's executor.
/// Frames, header compression and the defences against floods are nghttp2's. Private to this room.
class Http2Session final : public Session, private Http2Window {
public:
    /// `buffer` holds what has been read already.
    Http2Session(Transport& transport, boost::beast::flat_buffer& buffer, const Handler& handler,
                 const Options& options, bool only_answer);
    ~Http2Session() override;

    /// Takes a request over that came by HTTP/1.1, as stream 1. False if the client's settings are none. Before
    /// `serve`.
    bool adopt(Upgrade upgrade);

    boost::asio::awaitable<Ending> serve() override;
    void close_when_idle() override;

private:
    friend struct Http2Callbacks;
    using Stream = std::shared_ptr<Http2Stream>;

    void open_window(std::int32_t stream, std::size_t bytes) override;
    void say_continue(std::int32_t stream) override;

    // What nghttp2 tells.
    Stream open_stream(std::int32_t id);
    Stream find(std::int32_t id) const;
    void request_header_ended(std::int32_t id, bool without_body);
    void answer_sent(std::int32_t id);
    void stream_closed(std::int32_t id);

    // The coroutines.
    boost::asio::awaitable<void> read_all_frames();
    boost::asio::awaitable<void> write_all_frames();
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<void> serve_stream(Stream stream);
    boost::asio::awaitable<void> send_body(Stream stream, Body& body);

    /// Does what the callbacks left for when nghttp2 is not under way: starts requests and cancels others.
    void settle();
    /// Gives nghttp2 what has come. False if the peer broke the protocol beyond repair.
    bool receive(const std::uint8_t* bytes, std::size_t count);
    void collect_frames();
    void offer(Http2Stream& stream, std::string_view piece, bool is_last);
    bool submit(Http2Stream& stream);
    void reset(std::int32_t id, std::uint32_t code);
    template <class Coroutine>
    void spawn(Coroutine coroutine, const Stream& stream);
    void close_all_streams();

    Transport& transport_;
    boost::beast::flat_buffer& buffer_;
    const Handler& handler_;
    const Options& options_;
    const std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;

    std::unordered_map<std::int32_t, Stream> streams_;  ///< open in the protocol's sense
    std::deque<Stream> ready_;                          ///< requests to start
    std::deque<Stream> cancelled_;                      ///< closed while their coroutines run
    std::size_t serving_ = 0;                           ///< requests whose coroutines run
    std::size_t running_ = 0;                           ///< coroutines that run, all kinds
    std::size_t unsent_ = 0;                            ///< bytes of answers held until the peer takes them
    std::string output_;
    LocalEvent to_write_;
    LocalEvent to_watch_;
    LocalEvent stopped_;  ///< a coroutine has ended
    std::chrono::steady_clock::time_point last_frame_;
    const bool only_answer_;
    bool settling_ = false;
    bool going_away_ = false;  ///< the peer has been told to open no more streams
    bool reading_ended_ = false;
    bool finished_ = false;  ///< there is nothing left to read or to write
    bool failed_ = false;    ///< the peer broke the protocol
};

}  // namespace rivulet::http
