#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "server/http/local_event.hpp"
#include "server/http/message.hpp"
#include "server/http/patience.hpp"

namespace rivulet::http {

/// What a stream needs of its connection.
class Http2Window {
public:
    virtual ~Http2Window() = default;

    /// `bytes` of a stream's body have been taken: the peer may send as many more.
    virtual void open_window(std::int32_t stream, std::size_t bytes) = 0;

    /// Asks the peer for the body it holds back (RFC 9110, section 10.1.1).
    virtual void say_continue(std::int32_t stream) = 0;
};

/// One request and its answer on an HTTP/2 connection; as a Body, the request's. Its coroutine and the connection's
/// callbacks share it, on one executor. Private to this room.
class Http2Stream final : public Body {
public:
    /// `time`: see `Options::body_time`.
    Http2Stream(const boost::asio::any_io_executor& executor, std::int32_t id, Http2Window& window,
                Patience::Duration time);

    std::int32_t id() const { return id_; }

    // The request's header, field by field.

    /// Takes one field, pseudo-header fields included. Past `limits::max_header_bytes` the header is too large.
    void add_field(std::string_view name, std::string_view value);
    /// The header is whole; `without_body`: and so is the request.
    void end_header(bool without_body);
    /// Takes a whole request without a body instead.
    void adopt(Request request);
    bool has_header() const { return has_header_; }
    /// 0, or the status to refuse the request with, without asking a handler.
    unsigned refusal() const { return refusal_; }
    Request& request() { return request_; }

    // The request's body.

    std::optional<std::uint64_t> length() const override { return length_; }
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> into) override;

    /// Takes a piece of the body that has come. What the reader waits for goes straight into its memory.
    void receive(std::string_view piece);
    void end_body();
    /// Nobody will read the rest.
    void discard_body();

    // The answer's body, as the peer's window lets it go.

    /// The answer's body comes piece by piece from `source`, which is asked to end when the stream is closed. Null: it
    /// has ended.
    void send_from(Body* source);
    Body* source() const { return source_; }
    /// The memory that the source takes, in bytes; 0 without one.
    std::size_t held_bytes() const { return source_ ? source_->held_bytes() : 0; }
    /// Gives the connection the next piece to send, which must stay where it is until it has been sent.
    void offer(std::string_view piece, bool is_last);
    std::string_view offered() const { return offered_; }
    bool offers_last() const { return offers_last_; }
    void sent(std::size_t bytes);
    /// Returns once all that was offered has been sent, or the stream is closed.
    boost::asio::awaitable<void> all_sent();
    /// Whether something offered has not been sent for longer than the peer may take.
    bool is_stalled(std::chrono::steady_clock::time_point now) const;

    // Its end.

    /// The peer or the connection has closed the stream.
    void close();
    bool is_closed() const { return closed_; }
    /// Cancels the coroutine that serves it.
    boost::asio::cancellation_signal& cancellation() { return cancellation_; }

    Response response;      ///< kept while it is sent
    bool answered = false;  ///< and sent whole

private:
    void take(std::size_t bytes);

    const std::int32_t id_;
    Http2Window& window_;
    boost::asio::cancellation_signal cancellation_;

    Request request_;
    std::string authority_;
    std::size_t header_bytes_ = 0;
    unsigned refusal_ = 0;
    bool has_header_ = false;
    bool awaits_continue_ = false;

    std::optional<std::uint64_t> length_;
    std::string received_;    ///< what came before it was asked for
    std::size_t taken_ = 0;   ///< of `received_`
    std::span<char> wanted_;  ///< the reader's memory while it waits
    std::size_t filled_ = 0;  ///< of `wanted_`
    Patience patience_;
    LocalEvent arrived_;
    bool body_ended_ = false;
    bool discarding_ = false;

    const Patience::Duration time_;
    Body* source_ = nullptr;
    bool endless_ = false;  ///< the source has no length
    std::string_view offered_;
    bool offers_last_ = false;
    std::chrono::steady_clock::time_point last_progress_;
    LocalEvent emptied_;
    bool closed_ = false;
};

}  // namespace rivulet::http
