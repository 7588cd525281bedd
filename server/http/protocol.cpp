#include "server/http/protocol.hpp"

namespace rivulet::http {

namespace {

// The preface's first line. No HTTP/1.1 request can begin with it; whether the rest follows is HTTP/2's to judge.
constexpr std::string_view http2_first_line = "PRI * HTTP/2.0\r\n";
constexpr char tls_handshake_record = 0x16;
constexpr char tls_major_version = 0x03;

}  // namespace

Protocol recognise_protocol(std::string_view bytes) {
    if (bytes.empty()) return Protocol::undecided;
    if (bytes[0] == tls_handshake_record) {
        if (bytes.size() < 2) return Protocol::undecided;
        return bytes[1] == tls_major_version ? Protocol::tls : Protocol::http1;
    }
    if (bytes.starts_with(http2_first_line)) return Protocol::http2;
    return http2_first_line.starts_with(bytes) ? Protocol::undecided : Protocol::http1;
}

}  // namespace rivulet::http
