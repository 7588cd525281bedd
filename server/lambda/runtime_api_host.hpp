#pragma once

#include "lambda-runner/runtime_api.hpp"
#include "server/io_threads.hpp"

namespace rivulet {

/// Serves the Lambda Runtime API over HTTP: each process gets a port of its own on 127.0.0.1.
///
/// Thread safety: `open` from any thread.
class HttpRuntimeApiHost final : public RuntimeApiHost {
public:
    /// `threads` must outlive the host and its endpoints.
    explicit HttpRuntimeApiHost(IoThreads& threads) : threads_(threads) {}

    Result<std::unique_ptr<RuntimeApiEndpoint>> open(std::shared_ptr<RuntimeApi> api) override;

private:
    IoThreads& threads_;
};

}  // namespace rivulet
