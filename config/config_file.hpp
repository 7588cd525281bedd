#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"

namespace rivulet {

/// Resources that a configuration file declares. They are created at start where absent, by the same functions that the
/// APIs call, which also judge what this reader does not: whether names and numbers are within the services' bounds.
/// `line` is where each stands, for messages.
struct StreamDeclaration {
    std::string name;
    std::int32_t shards = 1;
    std::optional<std::int32_t> retention_hours;
    bool on_demand = false;
    int line = 0;
};

struct BucketDeclaration {
    std::string name;
    int line = 0;
};

struct FunctionDeclaration {
    std::string name;
    std::string runtime;         ///< python3, nodejs or provided
    std::filesystem::path file;  ///< absolute, or relative to the configuration file's folder
    std::string handler;         ///< empty: the runtime's default
    std::int32_t timeout_seconds = 3;
    std::int32_t memory_mib = 128;
    std::vector<std::pair<std::string, std::string>> environment;
    int line = 0;
};

struct SinkDeclaration {
    std::string bucket;
    std::string prefix;
    std::string format = "ndjson";
};

struct MappingDeclaration {
    std::string stream;
    std::string function;
    std::int32_t batch_size = 100;
    std::chrono::milliseconds batching_window{0};
    std::string starting_position = "TRIM_HORIZON";
    std::optional<Timestamp> starting_timestamp;
    std::optional<SinkDeclaration> sink;
    int line = 0;
};

/// Credentials whose signatures are accepted with `auth: sigv4`.
struct CredentialDeclaration {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  ///< empty: none, and none may be sent
    std::string account;        ///< empty: the access key's, as without verification
    int line = 0;
};

/// A configuration file's whole content.
struct ConfigFile {
    SettingTexts settings;
    std::vector<CredentialDeclaration> credentials;
    std::vector<StreamDeclaration> streams;
    std::vector<BucketDeclaration> buckets;
    std::vector<FunctionDeclaration> functions;
    std::vector<MappingDeclaration> event_source_mappings;
};

/// Reads a configuration file, whole or not at all.
/// Errors: configuration, as `file:line: what is wrong; what was expected`: a file that cannot be read, malformed YAML,
/// an unknown or repeated key, a value of the wrong type.
Result<ConfigFile> read_config_file(const std::filesystem::path& path);

}  // namespace rivulet
