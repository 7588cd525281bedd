#include "server/tls_on_demand.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "server/certificate_files.hpp"

namespace rivulet {

TlsOnDemand::TlsOnDemand(const Settings& settings, std::filesystem::path data_directory, std::function<Timestamp()> now,
                         Random& random)
    : settings_(settings), data_directory_(std::move(data_directory)), now_(std::move(now)), random_(random) {
    if (!settings_.tls_certificate.empty() || !settings_.tls_key.empty()) return;
    maker_ = fork();
    if (maker_ != 0) return;
    // What goes wrong here goes wrong again when the files are loaded, and is reported then.
    const auto made = prepare_certificate(settings_, data_directory_, now_(), random_);
    _exit(made ? 0 : 1);
}

TlsOnDemand::~TlsOnDemand() {
    await_maker();
}

void TlsOnDemand::await_maker() {
    if (maker_ < 0) return;
    while (waitpid(maker_, nullptr, 0) < 0 && errno == EINTR) {
    }
    maker_ = -1;
}

void TlsOnDemand::await_files() {
    const std::lock_guard loading(loading_);
    await_maker();
}

Result<void> TlsOnDemand::load() {
    const std::lock_guard loading(loading_);
    if (context()) return {};
    await_maker();
    const auto certificate = prepare_certificate(settings_, data_directory_, now_(), random_);
    if (!certificate) return certificate.error();
    auto made = http::TlsContext::make(certificate->server.certificate, certificate->server.key);
    if (!made) return made.error();
    const std::lock_guard lock(mutex_);
    context_ = std::move(*made);
    authority_ = certificate->authority;
    return {};
}

std::shared_ptr<const http::TlsContext> TlsOnDemand::context() const {
    const std::lock_guard lock(mutex_);
    return context_;
}

std::string TlsOnDemand::authority() const {
    const std::lock_guard lock(mutex_);
    return authority_;
}

}  // namespace rivulet
