#include "server/kinesis/billing_commitment.hpp"
#include "server/kinesis/operations.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeAccountSettings.html
struct DescribeAccountSettingsInput {};

constexpr wire::Shape input_shape = wire::structure_shape("DescribeAccountSettingsInput", {});
constexpr wire::Shape output_shape =
    wire::structure_shape("DescribeAccountSettingsOutput", shapes::account_settings_members);

asio::awaitable<Result<shapes::AccountSettingsDescription>> describe_account_settings(
    const Call& call, const DescribeAccountSettingsInput&) {
    co_return describe(account_settings(call), call.service.clock.now());
}

}  // namespace

constinit const Operation describe_account_settings_operation =
    wire::operation<&describe_account_settings, input_shape, &output_shape>("DescribeAccountSettings");

}  // namespace rivulet::kinesis
