#include "server/kinesis/billing_commitment.hpp"

#include <algorithm>

namespace rivulet::kinesis {

namespace {

Timestamp earliest_end(const BillingCommitment& commitment) {
    return *commitment.started + std::chrono::hours(limits::min_commitment_hours);
}

}  // namespace

AccountSettings account_settings(const Call& call) {
    const auto found = call.service.store.account_settings().find(account_settings_key(call.owner));
    return found ? *found : AccountSettings{call.owner, {}};
}

bool is_committed(const BillingCommitment& commitment, Timestamp now) {
    return commitment.started && (!commitment.ended || now < *commitment.ended);
}

bool is_committed(const Call& call) {
    return is_committed(account_settings(call).commitment, call.service.clock.now());
}

BillingCommitment enabled(const BillingCommitment& commitment, Timestamp now) {
    if (is_committed(commitment, now)) return {commitment.started, std::nullopt};
    return {now, std::nullopt};
}

BillingCommitment disabled(const BillingCommitment& commitment, Timestamp now) {
    if (!is_committed(commitment, now)) return commitment;
    return {commitment.started, std::max(now, earliest_end(commitment))};
}

shapes::AccountSettingsDescription describe(const AccountSettings& settings, Timestamp now) {
    const BillingCommitment& commitment = settings.commitment;
    shapes::CommitmentDescription description;
    const bool committed = is_committed(commitment, now);
    const bool ending = committed && commitment.ended;
    description.status = std::string(!committed ? "DISABLED"
                                     : ending   ? "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
                                                : "ENABLED");
    description.started_at = commitment.started;
    if (committed) {
        description.earliest_allowed_end_at = earliest_end(commitment);
    } else {
        description.ended_at = commitment.ended;
    }
    return {description};
}

}  // namespace rivulet::kinesis
