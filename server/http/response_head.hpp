#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/message.hpp"

namespace rivulet::http {

/// How an answer's body is delimited.
enum class Framing { none, length, chunked };

/// The status line and header block of an answer, with Date, Content-Length or Transfer-Encoding, and Connection where
/// the version's default does not hold. Control characters in field values become spaces, so that no value can begin
/// another field (RFC 9110, section 5.5).
std::string response_head(const Response& response, Framing framing, std::uint64_t length, bool keep_alive,
                          unsigned version);

/// The header fields of an answer in HTTP/2, `:status` first: names in lower case, none that is about the connection
/// (RFC 9113, section 8.2.2), with date and, where `length` is known, content-length.
std::vector<std::pair<std::string, std::string>> http2_fields(const Response& response,
                                                              std::optional<std::uint64_t> length);

}  // namespace rivulet::http
