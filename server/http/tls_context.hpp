#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "common/result.hpp"

namespace rivulet::http {

/// A server's side of TLS: 1.2 and later, HTTP/2 and HTTP/1.1 by ALPN (RFC 7301).
///
/// Thread safety: may be used by all connections at once.
class TlsContext {
public:
    /// `chain`: the server's certificate and those that vouch for it; `key`: its private key; both PEM texts.
    /// Errors: configuration, if they are no such thing or do not belong together.
    static Result<std::shared_ptr<const TlsContext>> make(const std::string& chain, const std::string& key);

    boost::asio::ssl::context& context() const { return context_; }

private:
    TlsContext() : context_(boost::asio::ssl::context::tls_server) {}

    // OpenSSL counts its references and guards its session cache itself.
    mutable boost::asio::ssl::context context_;
};

}  // namespace rivulet::http
