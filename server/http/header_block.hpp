#pragma once

#include <cstddef>
#include <string_view>

namespace rivulet::http {

/// The size of the header block at the start of `bytes`, with the empty line that ends it; 0 if it is not whole yet.
/// `searched` bytes are known to hold no end.
std::size_t header_block_size(std::string_view bytes, std::size_t searched);

/// Whether two servers can read the lines of an HTTP/1.1 header block alike, which is what keeps a request from being
/// smuggled past one of them: lines end with CRLF alone (RFC 9112, section 2.2), none is folded (section 5.2), there is
/// no NUL, at most one Content-Length and Host, and a Transfer-Encoding is `chunked` and comes without a Content-Length
/// (sections 3.2 and 6.1).
bool is_unambiguous(std::string_view block);

}  // namespace rivulet::http
