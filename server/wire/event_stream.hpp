#pragma once

#include <boost/asio/awaitable.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/result.hpp"
#include "server/http/message.hpp"
#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

/// Answers that are a stream of events, in the binary encoding of the AWS protocols
/// (https://smithy.io/2.0/aws/amazon-eventstream.html).
namespace rivulet::wire {

inline constexpr std::string_view event_stream_type = "application/vnd.amazon.eventstream";

/// One message: a prelude with the lengths and its own CRC-32, headers whose values are texts, the payload, and the
/// CRC-32 of all of it. A header's name has at most 255 bytes, its value 65,535.
std::string encode_event_message(std::initializer_list<std::pair<std::string_view, std::string_view>> headers,
                                 std::string_view payload);

/// One event of a service's stream.
struct Event {
    std::string_view type;  ///< its member in the union of the service model
    const Shape* shape;
    std::shared_ptr<const void> structure;  ///< which `shape` describes
};

/// Where an operation's events come from.
///
/// Thread safety: none; everything is called on the executor of the connection that sends the events.
class EventSource {
public:
    virtual ~EventSource() = default;

    /// Waits for the next event; nothing at the end. After an error, which the client is told as the stream's last
    /// event, this is not called again.
    virtual boost::asio::awaitable<Result<std::optional<Event>>> next() = 0;

    /// Asks for the end: a call of `next` that waits, or else the next one, answers nothing soon.
    virtual void end_soon() = 0;
};

/// The body of the answer: an `initial-response` message, and then an event when there is one. The next event is asked
/// for when all of the one before has been taken, so that a slow reader holds it back.
std::unique_ptr<http::Body> event_stream_body(std::unique_ptr<EventSource> source, Format format);

}  // namespace rivulet::wire
