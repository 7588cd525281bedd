#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <string>

#include "lambda-runner/function_output.hpp"
#include "lambda-runner/pollers.hpp"
#include "lambda-runner/process_invoker.hpp"
#include "lambda-runner/result_sink.hpp"
#include "server/lambda/runtime_api_host.hpp"

namespace rivulet {

/// What the processing of records works with; everything outlives the pipeline.
struct PipelineServices {
    IoThreads& threads;
    BlockingPool& pool;
    Store& store;
    ObjectStore& objects;
    Clock& clock;
    Random& random;
    std::filesystem::path data_directory;  ///< functions' output goes to `logs` there, their bootstraps to `runtimes`
    std::string endpoint_url;              ///< where handlers' AWS SDK calls go: this server
    HandlerCredentials handler_credentials = {};  ///< what those calls are signed with
};

/// Event source mappings at work, from the pollers to the functions' processes, on the first io thread.
class Pipeline {
public:
    explicit Pipeline(PipelineServices services);

    /// Reads what is stored, and writes the bootstraps. Call first, before requests are served. Blocks.
    Result<void> load();

    LambdaTables& tables() { return tables_; }

    /// Begins to work.
    boost::asio::awaitable<void> start();

    /// Ends the pollers, then all processes, then writes the last of the output.
    boost::asio::awaitable<void> stop();

private:
    const PipelineServices services_;
    LambdaTables tables_;
    HttpRuntimeApiHost host_;
    FileOutput output_;
    ProcessGuard guard_;
    ProcessInvoker invoker_;
    ObjectSink sink_;
    Pollers pollers_;
};

}  // namespace rivulet
