#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/result.hpp"

namespace rivulet::http {

/// Header fields in the order they came; names compare without regard to case.
class Fields {
public:
    void add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }

    /// Replaces every field of that name.
    void set(std::string name, std::string value);

    /// The first field of that name, or nothing.
    std::optional<std::string_view> find(std::string_view name) const;

    /// The first field of that name, or an empty text.
    std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view{}); }

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

/// Bytes that are read once, in order: a request's body as it arrives, or an answer's as it is sent.
class Body {
public:
    virtual ~Body() = default;

    /// The whole length in bytes, where it is known before the end.
    virtual std::optional<std::uint64_t> length() const = 0;

    /// Reads at least one byte into `buffer`, or returns 0 at the end.
    /// Errors: bad_request if the peer breaks off or breaks the framing; io_failure for a source on disk.
    virtual boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) = 0;

    /// The memory that what is still to be read takes, in bytes, where that is much. It does not change.
    virtual std::size_t held_bytes() const { return 0; }

    /// Asks an answer's body that would go on for long to end: a read that waits, or else the next one, returns 0 soon.
    /// Called on the executor of the reads, when the client has gone or the server stops.
    virtual void end_soon() {}
};

/// A request whose header has been read; its body has not.
struct Request {
    std::string method;
    std::string target;  ///< as sent, still percent-encoded: /path?query
    Fields headers;
    Body* body = nullptr;        ///< never null while a handler runs
    bool from_loopback = false;  ///< whether it came from this machine, over the loopback interface
};

/// An answer. A body given as text is sent with its length; another source with its length, or chunked without one.
struct Response {
    unsigned status = 200;
    Fields headers;
    std::variant<std::string, std::unique_ptr<Body>> body;
    /// Close the connection after this answer.
    bool close = false;
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

/// The type of a message's body, without parameters such as `charset`; empty if it names none.
std::string_view media_type_of(const Fields& headers);

/// The whole body of a request.
/// Errors: request_entity_too_large past `limit` bytes; what `read_some` answers.
boost::asio::awaitable<Result<std::string>> read_all(Body& body, std::size_t limit);

/// A text with `%XX` replaced by the bytes it stands for; nothing if an escape is broken. `+` stays a plus.
std::optional<std::string> percent_decode(std::string_view text);

/// The target's path, still encoded, without the query.
std::string_view path_of(std::string_view target);

/// The decoded parameters of the target's query, in order; a parameter without `=` has an empty value. `+` is a space,
/// as in forms. Nothing if an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> query_of(std::string_view target);

}  // namespace rivulet::http
