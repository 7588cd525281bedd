#include "server/kinesis/resource_policy.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/limits.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

using nlohmann::json;

bool is_one_of(const json& value, std::initializer_list<const char*> texts) {
    return value.is_string() && std::ranges::find(texts, value.get_ref<const std::string&>()) != texts.end();
}

bool is_text_or_texts(const json& value) {
    if (value.is_string()) return true;
    return value.is_array() && !value.empty() &&
           std::ranges::all_of(value, [](const json& element) { return element.is_string(); });
}

/// `"*"`, or kinds of principals (AWS, Service, …), each with one or several.
bool is_principal(const json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>() == "*";
    return value.is_object() && !value.empty() && std::ranges::all_of(value, is_text_or_texts);
}

/// What a statement lacks; nothing if it is one.
const char* fault_of(const json& statement) {
    if (!statement.is_object()) return "a statement is not an object";
    const auto has = [&](const char* name, const char* inverse, auto valid) {
        const auto found = statement.contains(name) ? statement.find(name) : statement.find(inverse);
        return found != statement.end() && valid(*found);
    };
    if (!statement.contains("Effect") || !is_one_of(statement["Effect"], {"Allow", "Deny"})) {
        return "a statement's Effect is neither Allow nor Deny";
    }
    if (!has("Principal", "NotPrincipal", is_principal)) return "a statement names no Principal";
    if (!has("Action", "NotAction", is_text_or_texts)) return "a statement names no Action";
    if (statement.contains("Resource") && !is_text_or_texts(statement["Resource"])) {
        return "a statement's Resource is no text";
    }
    if (statement.contains("Condition") && !statement["Condition"].is_object()) {
        return "a statement's Condition is not an object";
    }
    return nullptr;
}

}  // namespace

Result<void> check_resource_policy(std::string_view policy) {
    if (policy.size() > limits::max_policy_bytes) return errors::policy_too_long(policy.size());
    const json document = json::parse(policy, nullptr, false);
    if (!document.is_object()) return errors::policy_malformed("it is not a JSON object");
    if (document.contains("Version") && !is_one_of(document["Version"], {"2012-10-17", "2008-10-17"})) {
        return errors::policy_malformed("its Version is neither 2012-10-17 nor 2008-10-17");
    }
    const auto found = document.find("Statement");
    if (found == document.end()) return errors::policy_malformed("it has no Statement");
    const json statements = found->is_array() ? *found : json::array({*found});
    if (statements.empty()) return errors::policy_malformed("it has no Statement");
    for (const auto& statement : statements) {
        if (const char* const fault = fault_of(statement)) return errors::policy_malformed(fault);
    }
    return {};
}

}  // namespace rivulet::kinesis
