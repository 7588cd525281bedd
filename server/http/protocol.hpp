#pragma once

#include <string_view>

namespace rivulet::http {

/// What the first bytes of a connection show it to speak.
enum class Protocol {
    undecided,  ///< more bytes are needed
    tls,
    http1,
    http2,
};

/// What a client that begins with `bytes` speaks: a TLS handshake record (RFC 8446, section 5.1), the HTTP/2 preface
/// (RFC 9113, section 3.4), or, as everything else does, HTTP/1.1, which has the words to refuse what is none.
Protocol recognise_protocol(std::string_view bytes);

}  // namespace rivulet::http
