#include "server/certificate_files.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace rivulet {

namespace fs = std::filesystem;

namespace {

using std::chrono::days;

// A server that runs for a month is not to stand there with a certificate that has expired.
constexpr days least_server_days{60};
// Longer than any server certificate that the authority vouches for.
constexpr days least_authority_days{400};

constexpr mode_t private_mode = 0600;
constexpr mode_t public_mode = 0644;

std::string host_name() {
    std::string name(HOST_NAME_MAX + 1, '\0');
    if (gethostname(name.data(), name.size()) != 0) return {};
    return name.c_str();
}

/// The name in the authority's own; one that would not fit there, or is no text, is left out.
std::string authority_label() {
    constexpr std::size_t most = 39;  // of the 64 characters that a common name may have (X.520, ub-common-name)
    const std::string name = host_name();
    return http::is_certifiable(name) ? name.substr(0, most) : "this machine";
}

std::optional<std::string> read_file(const fs::path& path) try {
    // A directory can be opened, and only reading it fails.
    std::error_code fault;
    if (fs::is_directory(path, fault)) {
        errno = EISDIR;
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
} catch (const std::ios_base::failure&) {
    errno = EIO;
    return std::nullopt;
}

Error cannot(std::string_view what, const fs::path& path, int fault) {
    return {ErrorCode::io_failure, std::string(what) + ' ' + path.string() + ": " + std::strerror(fault) + '.'};
}

/// Writes a file that is never seen half, or with wider permissions than its own.
Result<void> write_file(const fs::path& path, const std::string& text, mode_t mode) {
    const fs::path draft = path.string() + ".new";
    unlink(draft.c_str());
    const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) return cannot("Cannot write", draft, errno);
    const bool written =
        fchmod(file, mode) == 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int fault = errno;
    close(file);
    if (!written) return cannot("Cannot write", draft, fault);
    if (rename(draft.c_str(), path.c_str()) != 0) return cannot("Cannot write", path, errno);
    return {};
}

/// A certificate and its key as two files.
struct PairFiles {
    fs::path certificate;
    fs::path key;

    http::CertifiedKey read() const {
        return {read_file(certificate).value_or(std::string()), read_file(key).value_or(std::string())};
    }

    // The key first: a certificate whose key does not fit is made anew at the next start.
    Result<void> write(const http::CertifiedKey& pair) const {
        if (auto done = write_file(key, pair.key, private_mode); !done) return done;
        return write_file(certificate, pair.certificate, public_mode);
    }
};

/// Keeps other processes from the files meanwhile.
class DirectoryLock {
public:
    explicit DirectoryLock(const fs::path& directory)
        : descriptor_(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~DirectoryLock() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

private:
    const int descriptor_;
};

Result<http::CertifiedKey> prepare_authority(const PairFiles& files, Timestamp now, Random& random) {
    auto kept = files.read();
    if (http::is_usable(kept, now + least_authority_days)) return kept;
    const bool replaces = !kept.certificate.empty();
    auto made = http::make_authority(authority_label(), now, random);
    if (!made) return made;
    if (auto written = files.write(*made); !written) return written.error();
    if (replaces) {
        spdlog::warn(
            "The certificate authority {} could not be used any longer. It is a new one, of which clients "
            "must be told again.",
            files.certificate.string());
    }
    return made;
}

Result<ServerCertificate> own_certificate(const Settings& settings) {
    if (settings.tls_certificate.empty() || settings.tls_key.empty()) {
        return Error(ErrorCode::configuration, "tls_certificate and tls_key go together.");
    }
    const auto certificate = read_file(settings.tls_certificate);
    if (!certificate) return cannot("tls_certificate: cannot read", settings.tls_certificate, errno);
    const auto key = read_file(settings.tls_key);
    if (!key) return cannot("tls_key: cannot read", settings.tls_key, errno);
    return ServerCertificate{{*certificate, *key}, {}};
}

}  // namespace

fs::path authority_path(const fs::path& data_directory) {
    return fs::absolute(data_directory / "tls" / "authority.pem");
}

std::vector<std::string> certificate_names(const Settings& settings) {
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1", "host.docker.internal", "rivulet"};
    const auto add = [&](const std::string& name) {
        if (http::is_certifiable(name) && std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    add(host_name());
    boost::system::error_code fault;
    auto bound = boost::asio::ip::make_address(settings.bind, fault);
    if (!fault && bound.is_v6()) {
        // A scope is this machine's alone and no part of the address.
        auto address = bound.to_v6();
        address.scope_id(0);
        bound = address;
    }
    if (!fault && !bound.is_unspecified()) add(bound.to_string());
    for (const auto& name : settings.tls_names) add(name);
    return names;
}

Result<ServerCertificate> prepare_certificate(const Settings& settings, const fs::path& data_directory, Timestamp now,
                                              Random& random) {
    if (!settings.tls_certificate.empty() || !settings.tls_key.empty()) return own_certificate(settings);
    const fs::path directory = data_directory / "tls";
    std::error_code fault;
    fs::create_directories(directory, fault);
    if (fault) return cannot("Cannot make the directory", directory, fault.value());
    const DirectoryLock lock(directory);
    const PairFiles authority_files{directory / "authority.pem", directory / "authority.key"};
    const PairFiles server_files{directory / "server.pem", directory / "server.key"};
    const auto authority = prepare_authority(authority_files, now, random);
    if (!authority) return authority.error();
    const auto names = certificate_names(settings);
    auto server = server_files.read();
    if (!http::is_usable(server, now + least_server_days) ||
        !http::is_issued_for(server.certificate, authority->certificate, names)) {
        auto made = http::make_server_certificate(*authority, names, now, random);
        if (!made) return made.error();
        if (auto written = server_files.write(*made); !written) return written.error();
        server = std::move(*made);
    }
    return ServerCertificate{std::move(server), authority->certificate};
}

std::string certificate_instructions(const Settings& settings, const fs::path& authority) {
    const std::string path = authority.string();
    const std::string url = "https://localhost:" + std::to_string(settings.port);
    return "The certificate authority of this server:\n\n  " + path + "\n\nClients that are told of it trust " + url +
           ":\n\n"
           "AWS CLI, boto3, Go     export AWS_CA_BUNDLE='" +
           path +
           "'\n"
           "Node.js                export NODE_EXTRA_CA_CERTS='" +
           path +
           "'\n"
           "Rust                   export SSL_CERT_FILE='" +
           path +
           "'\n"
           "Java, KCL              keytool -importcert -noprompt -alias rivulet -file '" +
           path +
           "' \\\n"
           "                           -keystore rivulet.p12 -storetype PKCS12 -storepass rivulet\n"
           "                       java -Djavax.net.ssl.trustStore=rivulet.p12 "
           "-Djavax.net.ssl.trustStorePassword=rivulet ...\n"
           "curl                   curl --cacert '" +
           path + "' " + url +
           "/_rivulet/health\n\n"
           "A running server also gives it to whoever asks: curl http://localhost:" +
           std::to_string(settings.port) + "/_rivulet/authority.pem\n";
}

}  // namespace rivulet
