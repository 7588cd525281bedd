#pragma once

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"
#include "storage/account_settings.hpp"

/// The minimum throughput billing commitment of an account. It lasts at least 24 hours; to disable it sooner sets its
/// end for then, which enabling it again takes back
/// (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MinimumThroughputBillingCommitmentInput.html).
namespace rivulet::kinesis {

/// What the account has set; the defaults where it has set nothing.
AccountSettings account_settings(const Call& call);

/// Whether the commitment is in force: until its end comes, also when that is set.
bool is_committed(const BillingCommitment& commitment, Timestamp now);
bool is_committed(const Call& call);

/// The commitment after `ENABLED` or `DISABLED` was asked for.
BillingCommitment enabled(const BillingCommitment& commitment, Timestamp now);
BillingCommitment disabled(const BillingCommitment& commitment, Timestamp now);

namespace shapes {

inline constexpr std::array<std::string_view, 3> commitment_statuses = {"ENABLED", "DISABLED",
                                                                        "ENABLED_UNTIL_EARLIEST_ALLOWED_END"};
inline constexpr Shape commitment_status = string_shape.one_of(commitment_statuses);

/// What DescribeAccountSettings and UpdateAccountSettings answer.
struct CommitmentDescription {
    Required<std::string> status;
    std::optional<Timestamp> started_at;
    std::optional<Timestamp> ended_at;
    std::optional<Timestamp> earliest_allowed_end_at;
};
inline constexpr std::array commitment_members = {
    member<&CommitmentDescription::status>("Status", commitment_status),
    member<&CommitmentDescription::started_at>("StartedAt", timestamp),
    member<&CommitmentDescription::ended_at>("EndedAt", timestamp),
    member<&CommitmentDescription::earliest_allowed_end_at>("EarliestAllowedEndAt", timestamp)};
inline constexpr Shape commitment = structure_shape("MinimumThroughputBillingCommitmentOutput", commitment_members);

struct AccountSettingsDescription {
    std::optional<CommitmentDescription> commitment;
};
inline constexpr std::array account_settings_members = {
    member<&AccountSettingsDescription::commitment>("MinimumThroughputBillingCommitment", commitment)};

}  // namespace shapes

shapes::AccountSettingsDescription describe(const AccountSettings& settings, Timestamp now);

}  // namespace rivulet::kinesis
