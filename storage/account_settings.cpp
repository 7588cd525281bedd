#include "storage/account_settings.hpp"

#include <nlohmann/json.hpp>

namespace rivulet {

namespace {

using nlohmann::json;

void put_time(json& row, const char* name, const std::optional<Timestamp>& time) {
    if (time) row[name] = time->time_since_epoch().count();
}

std::optional<Timestamp> get_time(const json& row, const char* name) {
    const auto found = row.find(name);
    if (found == row.end()) return std::nullopt;
    return Timestamp{std::chrono::milliseconds{found->get<std::int64_t>()}};
}

}  // namespace

std::string RowCodec<AccountSettings>::encode(const AccountSettings& settings) {
    json row = {{"account", settings.owner.account}, {"region", settings.owner.region}};
    put_time(row, "commitment_started", settings.commitment.started);
    put_time(row, "commitment_ended", settings.commitment.ended);
    std::string bytes;
    json::to_cbor(row, bytes);
    return bytes;
}

Result<AccountSettings> RowCodec<AccountSettings>::decode(std::string_view bytes) try {
    const json row = json::from_cbor(bytes);
    AccountSettings settings;
    settings.owner = {row.at("account").get<std::string>(), row.at("region").get<std::string>()};
    settings.commitment = {get_time(row, "commitment_started"), get_time(row, "commitment_ended")};
    return settings;
} catch (const json::exception& fault) {
    return Error(ErrorCode::io_failure, std::string("an account's catalog row cannot be read: ") + fault.what());
}

}  // namespace rivulet
