#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.hpp"
#include "common/result.hpp"
#include "storage/store.hpp"

namespace rivulet::kinesis {

/// Carries things of the catalog through their states: each one's pending change takes effect when it is due. What is
/// pending is in the catalog, so a change that a crash interrupted is completed after the restart.
///
/// Thread safety: every member may be called from any thread.
class Lifecycle {
public:
    /// What is carried through its states; called from any thread.
    struct Kind {
        std::string_view name;
        std::function<std::vector<std::string>()> keys;  ///< of all there are
        /// When a thing's pending change is due; nothing if none is pending.
        std::function<std::optional<Timestamp>(const std::string& key)> due;
        /// Makes it take effect. Called only while one is pending.
        std::function<void(Catalog::Transaction&, const std::string& key)> complete;
    };

    Lifecycle(Kind kind, Catalog& catalog, Clock& clock, boost::asio::any_io_executor executor);
    Lifecycle(const Lifecycle&) = delete;
    Lifecycle& operator=(const Lifecycle&) = delete;
    ~Lifecycle();

    /// Takes up every pending change in the catalog: call once, at start.
    void resume();

    /// Sees to a change that has just been committed: completes it before returning if it is due, else in its time.
    boost::asio::awaitable<Result<void>> follow(std::string key);

    /// Begins nothing more; what is under way ends with its commit.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rivulet::kinesis
