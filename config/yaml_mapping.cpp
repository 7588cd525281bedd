#include "config/yaml_mapping.hpp"

#include <algorithm>
#include <charconv>

namespace rivulet {

int line_of(const YAML::Node& node) {
    return node.Mark().line + 1;
}

int line_of_key(const YAML::Node& mapping, const std::string& key) {
    for (const auto& member : mapping) {
        if (member.first.IsScalar() && member.first.Scalar() == key) return line_of(member.first);
    }
    return line_of(mapping);
}

std::string scalar_text(const YAML::Node& node, std::string_view what) {
    if (!node.IsScalar()) throw YamlFault{line_of(node), std::string(what) + ": expected a single value"};
    return node.Scalar();
}

void for_each_member(const YAML::Node& node, std::string_view what,
                     const std::function<void(const std::string&, const YAML::Node&)>& visit) {
    if (!node.IsMap()) throw YamlFault{line_of(node), std::string(what) + ": expected a mapping of names to values"};
    std::set<std::string> seen;
    for (const auto& member : node) {
        const std::string key = scalar_text(member.first, "a key");
        if (!seen.insert(key).second) throw YamlFault{line_of(member.first), "the key \"" + key + "\" comes twice"};
        visit(key, member.second);
    }
}

YamlMapping::YamlMapping(const YAML::Node& node, std::string what) : node_(node), what_(std::move(what)) {
    for_each_member(node_, what_, [](const std::string&, const YAML::Node&) {});
}

std::optional<YAML::Node> YamlMapping::member(const char* key) {
    known_.emplace_back(key);
    const YAML::Node found = std::as_const(node_)[key];
    if (!found.IsDefined() || found.IsNull()) return std::nullopt;
    return found;
}

std::optional<std::string> YamlMapping::text(const char* key) {
    const auto found = member(key);
    if (!found) return std::nullopt;
    return scalar_text(*found, what_ + ": " + key);
}

std::string YamlMapping::required_text(const char* key, std::string_view example) {
    auto found = text(key);
    if (!found || found->empty()) {
        throw YamlFault{line(), what_ + ": \"" + key + "\" is missing; expected for example `" + key + ": " +
                                    std::string(example) + '`'};
    }
    return *found;
}

std::optional<std::int32_t> YamlMapping::integer(const char* key) {
    const auto found = member(key);
    if (!found) return std::nullopt;
    const std::string given = scalar_text(*found, what_ + ": " + key);
    std::int32_t value = 0;
    const auto [end, fault] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (fault != std::errc{} || end != given.data() + given.size()) {
        throw YamlFault{line_of(*found), what_ + ": " + key + ": expected a whole number, not \"" + given + '"'};
    }
    return value;
}

std::optional<double> YamlMapping::number(const char* key) {
    const auto found = member(key);
    if (!found) return std::nullopt;
    const std::string given = scalar_text(*found, what_ + ": " + key);
    double value = 0;
    const auto [end, fault] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (fault != std::errc{} || end != given.data() + given.size()) {
        throw YamlFault{line_of(*found), what_ + ": " + key + ": expected a number, not \"" + given + '"'};
    }
    return value;
}

void YamlMapping::finish() const {
    for_each_member(node_, what_, [&](const std::string& key, const YAML::Node&) {
        if (std::ranges::find(known_, key) != known_.end()) return;
        std::string expected;
        for (const auto& name : known_) expected += (expected.empty() ? "" : ", ") + name;
        throw YamlFault{line_of_key(node_, key), what_ + ": unknown key \"" + key + "\"; expected one of " + expected};
    });
}

}  // namespace rivulet
