#include "server/http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>

namespace rivulet::http {

namespace asio = boost::asio;

namespace {

// In the server's order of preference, each with its length before it (RFC 7301, section 3.1).
constexpr std::string_view protocols = "\x02h2\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned offered_length, void*) {
    const auto* const known = reinterpret_cast<const unsigned char*>(protocols.data());
    unsigned char* found = nullptr;
    const int agreed =
        SSL_select_next_proto(&found, length, known, static_cast<unsigned>(protocols.size()), offered, offered_length);
    *chosen = found;
    return agreed == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const std::string& chain, const std::string& key) {
    const std::shared_ptr<TlsContext> made(new TlsContext());
    asio::ssl::context& context = made->context_;
    boost::system::error_code fault;
    const auto refused = [&](std::string_view what) {
        ERR_clear_error();
        return Error(ErrorCode::configuration, std::string(what) + ": " + fault.message() + '.');
    };
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_alpn_select_cb(context.native_handle(), choose_protocol, nullptr);
    context.use_certificate_chain(asio::buffer(chain), fault);
    if (fault) return refused("The certificate cannot be used");
    context.use_private_key(asio::buffer(key), asio::ssl::context::pem, fault);
    if (fault) return refused("The private key cannot be used");
    if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
        ERR_clear_error();
        return Error(ErrorCode::configuration, "The private key is not that of the certificate.");
    }
    return std::shared_ptr<const TlsContext>(made);
}

}  // namespace rivulet::http
