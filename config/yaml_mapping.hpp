#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rivulet {

/// What is wrong in a YAML file, and where. It leaves this room as an Error.
struct YamlFault {
    int line;  ///< from 1; 0: the file as a whole
    std::string message;
};

/// The line a node begins on, from 1.
int line_of(const YAML::Node& node);

/// The line that a member's key stands on, from 1.
int line_of_key(const YAML::Node& mapping, const std::string& key);

/// A node's text.
/// Throws YamlFault if it is not a scalar.
std::string scalar_text(const YAML::Node& node, std::string_view what);

/// Reads one YAML mapping member by member, so that whatever was not asked for is known to be unknown.
/// Every member throws YamlFault.
class YamlMapping {
public:
    /// `what` names the mapping in messages, such as `stream "purchases"`.
    YamlMapping(const YAML::Node& node, std::string what);

    std::optional<std::string> text(const char* key);
    std::string required_text(const char* key, std::string_view example);
    std::optional<std::int32_t> integer(const char* key);
    std::optional<double> number(const char* key);
    std::optional<YAML::Node> member(const char* key);

    /// Refuses every key that has not been asked for.
    void finish() const;

    int line() const { return line_of(node_); }

private:
    YAML::Node node_;
    std::string what_;
    std::vector<std::string> known_;
};

/// Calls `visit(key, value)` for each member of a mapping.
/// Throws YamlFault if `node` is not a mapping, or a key is not a text or comes twice.
void for_each_member(const YAML::Node& node, std::string_view what,
                     const std::function<void(const std::string&, const YAML::Node&)>& visit);

}  // namespace rivulet
