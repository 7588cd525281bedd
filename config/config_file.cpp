#include "config/config_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <fstream>

#include "config/yaml_mapping.hpp"

namespace rivulet {

namespace {

StreamDeclaration read_stream(const std::string& name, const YAML::Node& node) {
    StreamDeclaration stream;
    stream.name = name;
    stream.line = line_of(node);
    if (node.IsNull()) return stream;
    YamlMapping members(node, "stream \"" + name + '"');
    stream.shards = members.integer("shards").value_or(1);
    stream.retention_hours = members.integer("retention_hours");
    const std::string mode = members.text("mode").value_or("PROVISIONED");
    if (mode != "PROVISIONED" && mode != "ON_DEMAND") {
        throw YamlFault{stream.line,
                        "stream \"" + name + "\": mode: expected PROVISIONED or ON_DEMAND, not \"" + mode + '"'};
    }
    stream.on_demand = mode == "ON_DEMAND";
    members.finish();
    return stream;
}

FunctionDeclaration read_function(const std::string& name, const YAML::Node& node) {
    YamlMapping members(node, "function \"" + name + '"');
    FunctionDeclaration function;
    function.name = name;
    function.line = members.line();
    function.runtime = members.required_text("runtime", "python3");
    if (function.runtime != "python3" && function.runtime != "nodejs" && function.runtime != "provided") {
        throw YamlFault{function.line, "function \"" + name +
                                           "\": runtime: expected python3, nodejs or provided, not \"" +
                                           function.runtime + '"'};
    }
    function.file = members.required_text("file", "handlers/enrich.py");
    function.handler = members.text("handler").value_or("");
    function.timeout_seconds = members.integer("timeout").value_or(3);
    function.memory_mib = members.integer("memory").value_or(128);
    if (const auto environment = members.member("environment")) {
        for_each_member(*environment, "function \"" + name + "\": environment",
                        [&](const std::string& variable, const YAML::Node& value) {
                            function.environment.emplace_back(variable, scalar_text(value, variable));
                        });
    }
    members.finish();
    return function;
}

SinkDeclaration read_sink(const YAML::Node& node) {
    YamlMapping members(node, "sink");
    SinkDeclaration sink;
    sink.bucket = members.required_text("bucket", "analytics-data");
    sink.prefix = members.text("prefix").value_or("");
    sink.format = members.text("format").value_or("ndjson");
    if (sink.format != "ndjson") {
        throw YamlFault{members.line(), "sink: format: expected ndjson, not \"" + sink.format + '"'};
    }
    members.finish();
    return sink;
}

Timestamp read_time(const std::string& text, int line) {
    std::tm utc{};
    const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
    if (rest == nullptr || utc.tm_year < 70 || (*rest != '\0' && std::string_view(rest) != "Z")) {
        throw YamlFault{line,
                        "starting_timestamp: expected a time in UTC such as 2026-01-31T12:00:00Z, not \"" + text + '"'};
    }
    return Timestamp{std::chrono::seconds{timegm(&utc)}};
}

MappingDeclaration read_mapping(const YAML::Node& node) {
    YamlMapping members(node, "event source mapping");
    MappingDeclaration mapping;
    mapping.line = members.line();
    mapping.stream = members.required_text("stream", "purchases");
    mapping.function = members.required_text("function", "enrich");
    mapping.batch_size = members.integer("batch_size").value_or(100);
    const double window = members.number("batching_window").value_or(0);
    if (!(window >= 0 && window <= 300)) {
        throw YamlFault{mapping.line, "event source mapping: batching_window: expected seconds from 0 to 300"};
    }
    mapping.batching_window = std::chrono::milliseconds{std::llround(window * 1000)};
    mapping.starting_position = members.text("starting_position").value_or("TRIM_HORIZON");
    if (const auto time = members.text("starting_timestamp"))
        mapping.starting_timestamp = read_time(*time, mapping.line);
    const std::string& position = mapping.starting_position;
    if (position != "TRIM_HORIZON" && position != "LATEST" && position != "AT_TIMESTAMP") {
        throw YamlFault{mapping.line,
                        "event source mapping: starting_position: expected TRIM_HORIZON, LATEST or "
                        "AT_TIMESTAMP, not \"" +
                            position + '"'};
    }
    if ((position == "AT_TIMESTAMP") != mapping.starting_timestamp.has_value()) {
        throw YamlFault{
            mapping.line,
            "event source mapping: starting_timestamp goes with `starting_position: AT_TIMESTAMP`, and only with it"};
    }
    if (const auto sink = members.member("sink")) mapping.sink = read_sink(*sink);
    members.finish();
    return mapping;
}

CredentialDeclaration read_credential(const YAML::Node& node) {
    YamlMapping members(node, "credentials");
    CredentialDeclaration credential;
    credential.line = members.line();
    credential.access_key_id = members.required_text("access_key_id", "AKIAIOSFODNN7EXAMPLE");
    credential.secret_access_key =
        members.required_text("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    credential.session_token = members.text("session_token").value_or("");
    credential.account = members.text("account").value_or("");
    if (!credential.account.empty() && !is_account(credential.account)) {
        throw YamlFault{credential.line,
                        "credentials: account: expected an account id of 12 digits, not \"" + credential.account + '"'};
    }
    members.finish();
    return credential;
}

void for_each_element(const YAML::Node& node, std::string_view what,
                      const std::function<void(const YAML::Node&)>& visit) {
    if (!node.IsSequence()) throw YamlFault{line_of(node), std::string(what) + ": expected a list"};
    for (const auto& element : node) visit(element);
}

void read_credentials(ConfigFile& file, const YAML::Node& list) {
    for_each_element(list, "credentials", [&](const auto& node) {
        CredentialDeclaration credential = read_credential(node);
        const auto& key = credential.access_key_id;
        if (std::ranges::find(file.credentials, key, &CredentialDeclaration::access_key_id) != file.credentials.end()) {
            throw YamlFault{credential.line, "credentials: the access key id \"" + key + "\" comes twice"};
        }
        file.credentials.push_back(std::move(credential));
    });
}

constexpr std::array sections = {"credentials", "streams", "buckets", "functions", "event_source_mappings"};

bool is_known(const std::string& key) {
    return std::ranges::find(sections, key) != sections.end() || (find_setting(key) != nullptr && key != "config");
}

YamlFault unknown_key(const YAML::Node& root, const std::string& key) {
    std::string expected;
    for (const auto* section : sections) expected += (expected.empty() ? "" : ", ") + std::string(section);
    for (const auto& known : setting_rows()) {
        if (known.key != "config") expected += ", " + std::string(known.key);
    }
    return {line_of_key(root, key), "unknown key \"" + key + "\"; expected one of " + expected};
}

void read_setting(ConfigFile& file, const std::string& key, const YAML::Node& value) {
    const std::string text = scalar_text(value, key);
    Settings trial;
    if (auto set = find_setting(key)->set(trial, text); !set) {
        throw YamlFault{line_of(value), key + ": " + set.error().message + ", not \"" + text + '"'};
    }
    file.settings.emplace(key, text);
}

void read_member(ConfigFile& file, const YAML::Node& root, const std::string& key, const YAML::Node& value) {
    if (!is_known(key)) throw unknown_key(root, key);
    if (value.IsNull()) return;
    if (key == "credentials") {
        read_credentials(file, value);
    } else if (key == "streams") {
        for_each_member(value, key,
                        [&](const auto& name, const auto& node) { file.streams.push_back(read_stream(name, node)); });
    } else if (key == "buckets") {
        for_each_element(value, key, [&](const auto& node) {
            file.buckets.push_back({scalar_text(node, "a bucket"), line_of(node)});
        });
    } else if (key == "functions") {
        for_each_member(value, key, [&](const auto& name, const auto& node) {
            file.functions.push_back(read_function(name, node));
        });
    } else if (key == "event_source_mappings") {
        for_each_element(value, key,
                         [&](const auto& node) { file.event_source_mappings.push_back(read_mapping(node)); });
    } else {
        read_setting(file, key, value);
    }
}

Error refused(const std::filesystem::path& path, int line, const std::string& message) {
    return {ErrorCode::configuration,
            path.string() + (line > 0 ? ':' + std::to_string(line) : "") + ": " + message + '.'};
}

}  // namespace

Result<ConfigFile> read_config_file(const std::filesystem::path& path) try {
    std::ifstream in(path);
    if (!in || std::filesystem::is_directory(path)) return refused(path, 0, "the configuration file cannot be read");
    const YAML::Node root = YAML::Load(in);
    ConfigFile file;
    if (root.IsNull()) return file;
    for_each_member(root, "the file", [&](const auto& key, const auto& value) { read_member(file, root, key, value); });
    for (auto& function : file.functions) {
        function.file = (std::filesystem::absolute(path).parent_path() / function.file).lexically_normal();
    }
    return file;
} catch (const YamlFault& fault) {
    return refused(path, fault.line, fault.message);
} catch (const YAML::Exception& fault) {
    return refused(path, fault.mark.line + 1, "malformed YAML: " + fault.msg);
}

}  // namespace rivulet
