#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"
#include "server/http/tls_context.hpp"

namespace rivulet {

/// The server's side of TLS, loaded when the first client asks for it: OpenSSL takes megabytes and milliseconds for it
/// that a server need not spend which speaks clear text, and which is to start at once. The files are there from the
/// start on nevertheless: a process of its own makes them beside the start.
///
/// Thread safety: every member may be called from any thread.
class TlsOnDemand {
public:
    /// Starts that process, so this must come before any thread. `settings` and `random` must outlive this object.
    TlsOnDemand(const Settings& settings, std::filesystem::path data_directory, std::function<Timestamp()> now,
                Random& random);

    /// Waits for that process.
    ~TlsOnDemand();

    TlsOnDemand(const TlsOnDemand&) = delete;
    TlsOnDemand& operator=(const TlsOnDemand&) = delete;

    /// Returns once the files are there, or cannot be made.
    void await_files();

    /// Loads what is not loaded. May block for as long as files and keys take.
    /// Errors: what `prepare_certificate` and `TlsContext::make` answer.
    Result<void> load();

    /// Null until loaded.
    std::shared_ptr<const http::TlsContext> context() const;

    /// The authority that clients are to trust, as PEM; empty until loaded, and where the certificate is the user's
    /// own.
    std::string authority() const;

private:
    void await_maker();

    const Settings& settings_;
    const std::filesystem::path data_directory_;
    const std::function<Timestamp()> now_;
    Random& random_;
    std::mutex loading_;
    pid_t maker_ = -1;  ///< guarded by `loading_`

    mutable std::mutex mutex_;  ///< guards what follows
    std::shared_ptr<const http::TlsContext> context_;
    std::string authority_;
};

}  // namespace rivulet
