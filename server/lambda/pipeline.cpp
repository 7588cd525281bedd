#include "server/lambda/pipeline.hpp"

#include "lambda-runner/environment.hpp"

namespace rivulet {

namespace {

std::filesystem::path runtime_folder(const PipelineServices& services) {
    return std::filesystem::absolute(services.data_directory / "runtimes");
}

}  // namespace

Pipeline::Pipeline(PipelineServices services)
    : services_(std::move(services)),
      host_(services_.threads),
      output_(services_.threads.first(), services_.pool, services_.data_directory / "logs"),
      invoker_({services_.threads.first(), services_.clock, services_.random, host_, output_, guard_, services_.pool,
                services_.endpoint_url, runtime_folder(services_), services_.handler_credentials},
               {}),
      sink_(services_.objects, services_.pool),
      pollers_({services_.threads.first(), services_.store, tables_, invoker_, sink_, services_.clock}) {}

Result<void> Pipeline::load() {
    if (auto loaded = tables_.load(services_.store.catalog()); !loaded) return loaded;
    return write_runtimes(runtime_folder(services_));
}

boost::asio::awaitable<void> Pipeline::start() {
    invoker_.start();
    pollers_.start();
    co_return;
}

boost::asio::awaitable<void> Pipeline::stop() {
    co_await pollers_.stop();
    co_await invoker_.stop();
    co_await output_.flush();
}

}  // namespace rivulet
