#pragma once

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/random.hpp"
#include "config/settings.hpp"
#include "server/kinesis/lifecycle.hpp"
#include "server/kinesis/sealed_token.hpp"
#include "server/kinesis/subscriptions.hpp"
#include "server/wire/json_protocol.hpp"
#include "server/wire/operation.hpp"
#include "storage/store.hpp"

namespace rivulet::kinesis {

class OnDemandScaling;
class Throttle;

/// What the operations of Kinesis Data Streams work on.
struct Service {
    Store& store;
    Clock& clock;
    Random& random;
    const Settings& settings;
    Lifecycle& lifecycle;  ///< of streams
    Lifecycle& consumer_lifecycle;
    Subscriptions& subscriptions;
    const TokenSealer& sealer;
    Throttle* throttle = nullptr;          ///< null unless limits are enforced
    OnDemandScaling* on_demand = nullptr;  ///< null where on-demand streams stay as they are
};

/// One call of an operation.
struct Call {
    Service& service;
    AccountRegion owner;              ///< the caller's account and region
    std::string_view operation = {};  ///< what is called, as refusals name it
};

using Operation = wire::Operation<Call>;

/// The service behind its protocol.
class Protocol final : public wire::JsonService {
public:
    explicit Protocol(Service& service) : service_(service) {}

    std::string_view signing_name() const override { return "kinesis"; }
    std::string_view target_prefix() const override { return "Kinesis_20131202"; }
    std::size_t max_body_bytes() const override;
    std::optional<Input> input_of(std::string_view operation) const override;
    boost::asio::awaitable<Result<wire::Answer>> run(std::string_view operation, const wire::Credentials& caller,
                                                     const void* input, wire::Format format) override;

private:
    Service& service_;
};

}  // namespace rivulet::kinesis
