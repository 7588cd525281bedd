#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rivulet {

namespace {

using std::chrono::milliseconds;

Error expected(std::string_view what) {
    return {ErrorCode::configuration, "expected " + std::string(what)};
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

template <class Number>
SettingRow number_row(std::string_view key, Number Settings::*member, Number least, Number most,
                      std::string_view help) {
    return {key, "NUMBER", help,
            [=](Settings& settings, std::string_view text) -> Result<void> {
                const auto number = parse_number<Number>(text);
                if (!number || *number < least || *number > most) {
                    return expected("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
                }
                settings.*member = *number;
                return {};
            },
            [=](const Settings& settings) { return std::to_string(settings.*member); }};
}

SettingRow duration_row(std::string_view key, milliseconds Settings::*member, milliseconds least,
                        std::string_view help) {
    return {key, "MILLISECONDS", help,
            [=](Settings& settings, std::string_view text) -> Result<void> {
                const auto number = parse_number<std::uint32_t>(text);
                if (!number || milliseconds(*number) < least) {
                    return expected("a whole number of milliseconds, at least " + std::to_string(least.count()));
                }
                settings.*member = milliseconds(*number);
                return {};
            },
            [=](const Settings& settings) { return std::to_string((settings.*member).count()); }};
}

/// A kind of update of a stream that may have a time of its own.
SettingRow update_time_row(std::string_view key, std::optional<milliseconds> Settings::*member, std::string_view help) {
    return {key, "MILLISECONDS", help,
            [=](Settings& settings, std::string_view text) -> Result<void> {
                const auto number = parse_number<std::uint32_t>(text);
                if (!number) return expected("a whole number of milliseconds");
                settings.*member = milliseconds(*number);
                return {};
            },
            [=](const Settings& settings) {
                const auto& time = settings.*member;
                return time ? std::to_string(time->count()) : std::string();
            }};
}

SettingRow path_row(std::string_view key, std::filesystem::path Settings::*member, std::string_view help) {
    return {key, "PATH", help,
            [=](Settings& settings, std::string_view text) -> Result<void> {
                if (text.empty()) return expected("a path");
                settings.*member = std::filesystem::path(text);
                return {};
            },
            [=](const Settings& settings) { return (settings.*member).string(); }};
}

SettingRow text_row(std::string_view key, std::string_view value_name, std::string Settings::*member,
                    bool (*valid)(std::string_view), std::string_view wanted, std::string_view help) {
    return {key, value_name, help,
            [=](Settings& settings, std::string_view text) -> Result<void> {
                if (!valid(text)) return expected(wanted);
                settings.*member = std::string(text);
                return {};
            },
            [=](const Settings& settings) { return settings.*member; }};
}

bool is_log_level(std::string_view text) {
    constexpr std::array levels = {"debug", "info", "warn", "error", "off"};
    return std::ranges::find(levels, text) != levels.end();
}

bool is_not_empty(std::string_view text) {
    return !text.empty();
}

Result<void> set_ephemeral(Settings& settings, std::string_view text) {
    if (text != "true" && text != "false" && text != "1" && text != "0") return expected("true or false");
    settings.ephemeral = text == "true" || text == "1";
    return {};
}

/// Names separated by commas, spaces around them allowed.
Result<void> set_tls_names(Settings& settings, std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        const auto first = part.find_first_not_of(' ');
        if (first == std::string_view::npos) continue;
        const auto name = part.substr(first, part.find_last_not_of(' ') - first + 1);
        const bool plain = std::ranges::all_of(name, [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '-' || c == '.' || c == ':' || c == '_' || c == '*';
        });
        if (!plain) return expected("host names and addresses with commas between them");
        names.emplace_back(name);
    }
    settings.tls_names = std::move(names);
    return {};
}

std::string show_tls_names(const Settings& settings) {
    std::string text;
    for (const auto& name : settings.tls_names) text += (text.empty() ? "" : ",") + name;
    return text;
}

Result<void> set_durability(Settings& settings, std::string_view text) {
    if (text != "process" && text != "power") return expected("process or power");
    settings.durability = text == "power" ? Durability::power : Durability::process;
    return {};
}

Result<void> set_limits(Settings& settings, std::string_view text) {
    if (text != "off" && text != "enforce") return expected("off or enforce");
    settings.limits = text == "enforce" ? LimitsMode::enforce : LimitsMode::off;
    return {};
}

Result<void> set_scalings_per_day(Settings& settings, std::string_view text) {
    settings.scalings_per_day = parse_number<std::uint32_t>(text);
    return settings.scalings_per_day ? Result<void>() : expected("a whole number");
}

Result<void> set_auth(Settings& settings, std::string_view text) {
    if (text != "none" && text != "sigv4") return expected("none or sigv4");
    settings.auth = text == "sigv4" ? Auth::sigv4 : Auth::none;
    return {};
}

const std::vector<SettingRow>& rows() {
    static const std::vector<SettingRow> all = {
        number_row<std::uint16_t>("port", &Settings::port, 0, 65535, "The port of every service; 0 takes a free one."),
        text_row("bind", "ADDRESS", &Settings::bind, is_not_empty, "an IP address",
                 "The address to listen on. Anything but loopback lets other machines in."),
        path_row("data_dir", &Settings::data_dir, "Where everything durable lives; made if absent."),
        {"ephemeral", "", "Keep nothing: data lives in a temporary directory that goes away with the server.",
         set_ephemeral, [](const Settings& settings) { return std::string(settings.ephemeral ? "true" : "false"); }},
        path_row("config", &Settings::config, "The configuration file (rivulet.yaml); none by default."),
        text_row("region", "REGION", &Settings::region, is_region, "a region's name, such as us-east-1",
                 "The region of resources declared in the configuration file."),
        text_row("account", "ID", &Settings::account, is_account, "an account id of 12 digits",
                 "The account of resources declared in the configuration file."),
        {"auth", "none|sigv4",
         "Who is let in: any well-formed credentials (none), or the file's `credentials`, signatures verified (sigv4).",
         set_auth,
         [](const Settings& settings) { return std::string(settings.auth == Auth::sigv4 ? "sigv4" : "none"); }},
        {"durability", "process|power",
         "What an acknowledged write survives: a crash of the server (process) or of the machine (power).",
         set_durability,
         [](const Settings& settings) {
             return std::string(settings.durability == Durability::power ? "power" : "process");
         }},
        number_row<std::uint32_t>("memory_budget", &Settings::memory_budget, 16, 1'048'576,
                                  "Memory for records being written, read and followed, in MiB."),
        number_row<std::uint32_t>("threads", &Settings::threads, 0, 256,
                                  "Threads for requests; 0 is one for each core."),
        duration_row("create_stream_time", &Settings::create_stream_time, milliseconds{0},
                     "How long a new stream is CREATING."),
        duration_row("delete_stream_time", &Settings::delete_stream_time, milliseconds{0},
                     "How long a deleted stream is DELETING."),
        duration_row("update_stream_time", &Settings::update_stream_time, milliseconds{0},
                     "How long a stream is UPDATING for a change that has no time of its own."),
        update_time_row("split_shard_time", &Settings::split_shard_time,
                        "How long SplitShard keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("merge_shards_time", &Settings::merge_shards_time,
                        "How long MergeShards keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("update_shard_count_time", &Settings::update_shard_count_time,
                        "How long UpdateShardCount keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("start_stream_encryption_time", &Settings::start_stream_encryption_time,
                        "How long StartStreamEncryption keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("stop_stream_encryption_time", &Settings::stop_stream_encryption_time,
                        "How long StopStreamEncryption keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("update_stream_mode_time", &Settings::update_stream_mode_time,
                        "How long UpdateStreamMode keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("update_stream_warm_throughput_time", &Settings::update_stream_warm_throughput_time,
                        "How long UpdateStreamWarmThroughput keeps a stream UPDATING; update_stream_time by default."),
        update_time_row("update_max_record_size_time", &Settings::update_max_record_size_time,
                        "How long UpdateMaxRecordSize keeps a stream UPDATING; update_stream_time by default."),
        update_time_row(
            "enhanced_monitoring_time", &Settings::enhanced_monitoring_time,
            "How long a change of the shard-level metrics keeps a stream UPDATING; update_stream_time by default."),
        duration_row("create_consumer_time", &Settings::create_consumer_time, milliseconds{0},
                     "How long a newly registered consumer is CREATING."),
        duration_row("delete_consumer_time", &Settings::delete_consumer_time, milliseconds{0},
                     "How long a deregistered consumer is DELETING."),
        duration_row("retention_check_interval", &Settings::retention_check_interval, milliseconds{100},
                     "How often the room of expired records is given back."),
        {"limits", "off|enforce",
         "Whether the service's rates and quotas are kept: throughput of shards, calls a second, numbers of streams.",
         set_limits,
         [](const Settings& settings) {
             return std::string(settings.limits == LimitsMode::enforce ? "enforce" : "off");
         }},
        {"scalings_per_day", "NUMBER",
         "How often UpdateShardCount may scale a stream in 24 hours; 10 where limits are enforced, else any number.",
         set_scalings_per_day,
         [](const Settings& settings) {
             return settings.scalings_per_day ? std::to_string(*settings.scalings_per_day) : std::string();
         }},
        duration_row("on_demand_check_interval", &Settings::on_demand_check_interval, milliseconds{100},
                     "How often on-demand streams are scaled by their traffic since the last time."),
        number_row<std::uint32_t>("shard_limit", &Settings::shard_limit, 1, 1'000'000,
                                  "Open shards that an account may have in a region."),
        path_row("tls_certificate", &Settings::tls_certificate,
                 "A certificate of your own for TLS, with its chain, in PEM; by default the server makes one."),
        path_row("tls_key", &Settings::tls_key, "The private key of that certificate, in PEM."),
        {"tls_names", "NAMES",
         "More names and addresses, with commas between them, that the server's own certificate is for.", set_tls_names,
         show_tls_names},
        number_row<std::uint32_t>("connection_limit", &Settings::connection_limit, 1, 1'000'000,
                                  "Connections at once; one more is answered 503."),
        duration_row("idle_timeout", &Settings::idle_timeout, milliseconds{100},
                     "How long a connection may stand idle."),
        duration_row("header_timeout", &Settings::header_timeout, milliseconds{100},
                     "How long a client may take to send a request's header."),
        duration_row("body_timeout", &Settings::body_timeout, milliseconds{100},
                     "How long a client may take for each 16 KiB of a request's body, or to take any of an answer."),
        text_row("log_level", "LEVEL", &Settings::log_level, is_log_level, "debug, info, warn, error or off",
                 "How much is logged on standard error: debug, info, warn, error or off."),
    };
    return all;
}

}  // namespace

std::string SettingRow::flag() const {
    std::string text = "--" + std::string(key);
    std::ranges::replace(text, '_', '-');
    return text;
}

std::string SettingRow::environment_variable() const {
    std::string text = "RIVULET_" + std::string(key);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::span<const SettingRow> setting_rows() {
    return rows();
}

const SettingRow* find_setting(std::string_view key) {
    const auto found = std::ranges::find(rows(), key, &SettingRow::key);
    return found == rows().end() ? nullptr : &*found;
}

namespace {

/// What Kubernetes puts into every container beside a Service that is called `rivulet`
/// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
bool is_of_a_service(std::string_view entry) {
    return entry.starts_with("RIVULET_SERVICE_") || entry.starts_with("RIVULET_PORT_") ||
           entry.starts_with("RIVULET_PORT=tcp://");
}

}  // namespace

Result<SettingTexts> settings_from_environment(const char* const* environment) {
    SettingTexts texts;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        if (!entry.starts_with("RIVULET_")) continue;
        const auto name = entry.substr(0, entry.find('='));
        if (is_of_a_service(entry)) continue;
        const auto row = std::ranges::find_if(rows(), [&](const auto& r) { return r.environment_variable() == name; });
        if (row == rows().end()) {
            return Error(ErrorCode::configuration, "The environment variable " + std::string(name) +
                                                       " is no setting's. `rivulet serve --help` lists them all.");
        }
        texts.emplace(row->key, entry.substr(std::min(name.size() + 1, entry.size())));
    }
    return texts;
}

Result<void> apply_settings(Settings& settings, const SettingTexts& texts, std::string_view source) {
    for (const auto& [key, text] : texts) {
        const SettingRow* const row = find_setting(key);
        if (row == nullptr) {
            return Error(ErrorCode::configuration, std::string(source) + ": " + key + " is no setting");
        }
        if (auto set = row->set(settings, text); !set) {
            return Error(ErrorCode::configuration,
                         std::string(source) + ": " + key + ": " + set.error().message + ", not \"" + text + '"');
        }
    }
    return {};
}

}  // namespace rivulet
