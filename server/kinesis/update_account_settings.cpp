#include "server/kinesis/billing_commitment.hpp"
#include "server/kinesis/operations.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

constexpr std::array<std::string_view, 2> wanted_statuses = {"ENABLED", "DISABLED"};
constexpr wire::Shape wanted_status = wire::string_shape.one_of(wanted_statuses);

struct CommitmentInput {
    wire::Required<std::string> status;
};
constexpr std::array commitment_input_members = {wire::member<&CommitmentInput::status>("Status", wanted_status)};
constexpr wire::Shape commitment_input =
    wire::structure_shape("MinimumThroughputBillingCommitmentInput", commitment_input_members);

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html
struct UpdateAccountSettingsInput {
    wire::Required<CommitmentInput> commitment;
};

constexpr std::array input_members = {
    wire::member<&UpdateAccountSettingsInput::commitment>("MinimumThroughputBillingCommitment", commitment_input),
};
constexpr wire::Shape input_shape = wire::structure_shape("UpdateAccountSettingsInput", input_members);
constexpr wire::Shape output_shape =
    wire::structure_shape("UpdateAccountSettingsOutput", shapes::account_settings_members);

asio::awaitable<Result<shapes::AccountSettingsDescription>> update_account_settings(
    const Call& call, const UpdateAccountSettingsInput& input) {
    const bool enable = *input.commitment->status == "ENABLED";
    shapes::AccountSettingsDescription output;
    const auto updated =
        co_await call.service.store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
            AccountSettings settings = account_settings(call);
            const Timestamp now = transaction.now();
            settings.commitment = enable ? enabled(settings.commitment, now) : disabled(settings.commitment, now);
            output = describe(settings, now);
            call.service.store.account_settings().put(transaction, account_settings_key(call.owner), settings);
            return {};
        });
    if (!updated) co_return updated.error();
    co_return output;
}

}  // namespace

constinit const Operation update_account_settings_operation =
    wire::operation<&update_account_settings, input_shape, &output_shape>("UpdateAccountSettings");

}  // namespace rivulet::kinesis
