#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/account_region.hpp"
#include "common/result.hpp"

namespace rivulet {

/// What an acknowledged write survives: a crash of the process, or also the loss of power.
enum class Durability : std::uint8_t { process, power };

/// Every setting of the server, read once at start and never changed. Each has one name in four forms: the YAML key
/// `data_dir`, the environment variable `RIVULET_DATA_DIR`, the flag `--data-dir`, and a row of `rivulet serve --help`.
/// A flag goes before an environment variable, that before the configuration file, that before the default.
struct Settings {
    std::uint16_t port = 4566;
    std::string bind = "127.0.0.1";
    std::filesystem::path data_dir = "rivulet-data";
    bool ephemeral = false;
    std::filesystem::path config;  ///< empty: none
    std::string region = "us-east-1";
    std::string account = default_account;
    Durability durability = Durability::process;
    std::uint32_t memory_budget = 128;  ///< MiB
    std::uint32_t threads = 0;          ///< io threads; 0: one for each core
    std::chrono::milliseconds create_stream_time{500};
    std::chrono::milliseconds delete_stream_time{500};
    std::chrono::milliseconds update_stream_time{500};
    /// How long a stream is UPDATING, by the operation that changes it; where none is given, `update_stream_time`.
    std::optional<std::chrono::milliseconds> split_shard_time;
    std::optional<std::chrono::milliseconds> merge_shards_time;
    std::optional<std::chrono::milliseconds> update_shard_count_time;
    std::optional<std::chrono::milliseconds> start_stream_encryption_time;
    std::optional<std::chrono::milliseconds> stop_stream_encryption_time;
    std::optional<std::chrono::milliseconds> update_stream_mode_time;
    std::optional<std::chrono::milliseconds> update_stream_warm_throughput_time;
    std::optional<std::chrono::milliseconds> update_max_record_size_time;
    std::optional<std::chrono::milliseconds> enhanced_monitoring_time;
    std::chrono::milliseconds create_consumer_time{500};
    std::chrono::milliseconds delete_consumer_time{500};
    std::chrono::milliseconds retention_check_interval{10'000};
    std::uint32_t shard_limit = 20'000;  ///< open shards of an account in a region
    std::string log_level = "info";
    std::filesystem::path tls_certificate;  ///< PEM; empty: the server makes its own
    std::filesystem::path tls_key;          ///< PEM
    std::vector<std::string> tls_names;     ///< beside those the server knows itself by
    std::uint32_t connection_limit = 4096;
    std::chrono::milliseconds idle_timeout{120'000};
    std::chrono::milliseconds header_timeout{20'000};
    std::chrono::milliseconds body_timeout{30'000};

    /// The account and region that resources declared in the configuration file belong to.
    AccountRegion owner() const { return {account, region}; }
};

/// One setting: its YAML key, what `--help` says, and how its text is read and shown.
struct SettingRow {
    std::string_view key;
    std::string_view value_name;  ///< what the help calls the value; empty for a switch
    std::string_view help;
    std::function<Result<void>(Settings&, std::string_view)> set;
    std::function<std::string(const Settings&)> show;

    /// `--data-dir`
    std::string flag() const;
    /// `RIVULET_DATA_DIR`
    std::string environment_variable() const;
};

/// All settings, in the order of the help.
std::span<const SettingRow> setting_rows();

/// The row of a YAML key, or null.
const SettingRow* find_setting(std::string_view key);

/// Texts of settings by YAML key, from one source.
using SettingTexts = std::map<std::string, std::string, std::less<>>;

/// The environment's `RIVULET_…` variables.
/// Errors: configuration, for a variable that is no setting's.
Result<SettingTexts> settings_from_environment(const char* const* environment);

/// Sets every setting named in `texts`; `source` names where they come from, in messages.
/// Errors: configuration, saying which setting, what was given and what is expected.
Result<void> apply_settings(Settings& settings, const SettingTexts& texts, std::string_view source);

}  // namespace rivulet
