#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"
#include "server/http/certificates.hpp"

namespace rivulet {

/// What the server shows to clients that speak TLS.
struct ServerCertificate {
    http::CertifiedKey server;  ///< with those that vouch for it after it
    std::string authority;      ///< PEM; empty where the certificate is the user's own
};

/// Where the authority's certificate is kept under a data directory.
std::filesystem::path authority_path(const std::filesystem::path& data_directory);

/// The names that the server's certificate is for: this machine's, as its own programs and those in containers call it,
/// the address it binds to, and those of the setting `tls_names`.
std::vector<std::string> certificate_names(const Settings& settings);

/// The user's own certificate where `tls_certificate` names one; else that under `<data directory>/tls`, which is made
/// there with its authority when it is absent, is about to expire, or is for other names. Private keys are readable by
/// their owner alone. Several processes may do so at once. A new authority is made only where there is none that holds,
/// since every client must be told of it.
/// Errors: configuration, for the user's own files; io_failure.
Result<ServerCertificate> prepare_certificate(const Settings& settings, const std::filesystem::path& data_directory,
                                              Timestamp now, Random& random);

/// What `rivulet cert` prints: where the authority is and how each SDK is told of it.
std::string certificate_instructions(const Settings& settings, const std::filesystem::path& authority);

}  // namespace rivulet
