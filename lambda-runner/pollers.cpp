#include "lambda-runner/pollers.hpp"

#include <spdlog/spdlog.h>

namespace rivulet {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds check_interval{1};

}  // namespace

Pollers::Pollers(PollerServices services)
    : services_(std::move(services)), tasks_(services_.executor), changed_(services_.executor) {}

void Pollers::start() {
    tasks_.spawn("The supervision of event source mappings", supervise());
}

asio::awaitable<void> Pollers::stop() {
    interruption_.request();
    for (const auto& [key, poller] : running_) poller->interrupt();
    co_await tasks_.join();
}

asio::awaitable<void> Pollers::supervise() {
    while (!interruption_.requested()) {
        reconcile();
        co_await interruption_.guard(changed_.wait_for(services_.clock, check_interval));
    }
}

void Pollers::reconcile() {
    std::set<PollerKey> due;
    for (const auto& mapping : services_.tables.mappings.list({})) add_due_shards(mapping, due);
    for (const auto& [key, poller] : running_) {
        if (!due.contains(key)) poller->interrupt();
    }
}

// Starts what is due and does not run.
void Pollers::add_due_shards(const std::shared_ptr<const EventSourceMapping>& mapping, std::set<PollerKey>& due) {
    const auto stream = services_.store.streams().find(stream_key(mapping->owner, mapping->stream));
    if (!stream || stream->status == StreamStatus::creating) return;
    forget_gone_shards(*mapping, *stream);
    for (const auto& shard : stream->shards) {
        if (is_processed(*mapping, *stream, shard.ordinal) || !is_processed(*mapping, *stream, shard.parent) ||
            !is_processed(*mapping, *stream, shard.adjacent_parent)) {
            continue;
        }
        PollerKey key{mapping->uuid, {stream->id, shard.ordinal}};
        due.insert(key);
        if (running_.contains(key)) continue;
        const auto poller = std::make_shared<ShardPoller>(services_, mapping, key.second);
        running_.emplace(key, poller);
        tasks_.spawn("The processing of " + mapping->stream + '/' + shard_id(shard.ordinal), run_poller(key, poller));
    }
}

// Nothing is left to process of a shard that there is not, or that has been forgotten with its records.
bool Pollers::is_processed(const EventSourceMapping& mapping, const Stream& stream,
                           std::optional<std::uint32_t> shard) const {
    if (!shard || !stream.find_shard(*shard)) return true;
    const auto checkpoint = services_.tables.checkpoints.find(checkpoint_key(mapping.uuid, {stream.id, *shard}));
    return checkpoint && checkpoint->ended;
}

asio::awaitable<void> Pollers::run_poller(PollerKey key, std::shared_ptr<ShardPoller> poller) {
    struct Leave {
        Pollers& pollers;
        const PollerKey& key;
        ~Leave() { pollers.running_.erase(key); }
    };
    {
        const Leave leave{*this, key};
        co_await poller->run();
    }
    // The children's turn may have come. (After an exception it waits for the next look, which keeps the pace.)
    changed_.wake();
}

// A stream that was deleted, and a shard whose records have all expired, leave checkpoints that nobody asks for again.
void Pollers::forget_gone_shards(const EventSourceMapping& mapping, const Stream& stream) {
    std::vector<std::string> keys;
    for (const auto& checkpoint : services_.tables.checkpoints.list(checkpoint_prefix(mapping.uuid))) {
        const bool there = checkpoint->shard.stream == stream.id && stream.find_shard(checkpoint->shard.shard);
        if (!there) keys.push_back(checkpoint_key(mapping.uuid, checkpoint->shard));
    }
    if (!keys.empty()) tasks_.spawn("The removal of old checkpoints", erase_checkpoints(std::move(keys)));
}

asio::awaitable<void> Pollers::erase_checkpoints(std::vector<std::string> keys) {
    const auto erased =
        co_await services_.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            for (const auto& key : keys) services_.tables.checkpoints.erase(transaction, key);
            return {};
        });
    if (!erased) spdlog::warn("Old checkpoints are kept: {}", erased.error().message);
}

}  // namespace rivulet
